/*
 * Programs of other people: where they are.
 */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <stddef.h>

/*
 * The path of a program, into `path`, cut nowhere. A name is looked for in PATH, then in the places
 * where programs of this system are that a desktop's PATH lacks (system_usual_folders); what has a
 * slash in it is a path already. 0; -ENOENT: there is no such program that can be run; or
 * -ENAMETOOLONG.
 */
int program_find(const char *name, char *path, size_t size);

/* The name that a path ends in, without .exe: what kind of program it is. In lower case, cut. */
void program_name(const char *path, char *name, size_t size);

#endif
