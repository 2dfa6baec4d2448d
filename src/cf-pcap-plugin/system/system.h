/*
 * What each operating system does in its own way: one interface, and a file for each system, of
 * which the Makefile takes that of the system compiled for. Nothing else in the plugin depends on
 * it.
 */
#ifndef SYSTEM_H
#define SYSTEM_H

#include <stddef.h>

/*
 * The path of the program that process `pid` runs, into `path`, with a NUL behind it. Returns 0, or
 * a negative errno: there is no such process, it is another user's, or `size` is too small. Where
 * the file was removed meanwhile the path is of no file (Linux: " (deleted)" behind it).
 */
int system_program_of(int pid, char *path, size_t size);

/*
 * Opens a descriptor that can be read from (poll(2)) once process `pid` has ended, closed on exec.
 * Returns it, or a negative errno, also where the system has none. The caller closes it.
 */
int system_open_process(int pid);

/* Lets a pipe hold `bytes` at least, where the system can do that and the user may; else it stays
 * as it is. */
void system_widen_pipe(int fd, int bytes);

/* Where programs are that are not in PATH, or not in the PATH of a program that the desktop has
 * started; "~/" is the user's folder. Ends with NULL. */
extern const char *const system_usual_folders[];

#endif
