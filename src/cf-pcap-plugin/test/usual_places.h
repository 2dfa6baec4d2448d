/*
 * Where a system's programs are found that a desktop's PATH lacks: its system_usual_folders, with
 * program_find and stand-ins for the calls of system.h beside that, which know a single program, at
 * any path.
 */
#ifndef USUAL_PLACES_H
#define USUAL_PLACES_H

#include "test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../program.h"
#include "../system/system.h"

static const char *the_program; /* its path */

int system_home(char *path, size_t size)
{
    snprintf(path, size, "/home/me");
    return 0;
}

int system_wireshark_folder(char *path, size_t size)
{
    (void)path, (void)size;
    return -ENOENT;
}

const char *system_base(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

bool system_is_program(const char *path, const char *beginning)
{
    (void)beginning;
    return strcmp(path, the_program) == 0;
}

/* A program's name is what is behind the last slash. */
static void assert_found(const char *path, const char *name)
{
    char found[PATH_MAX];

    setenv("PATH", "/bin:/usr/sbin:/sbin", 1); /* of a desktop that has started Wireshark */
    the_program = path;
    if (program_find(name, found, sizeof found) != 0)
        fail_msg("%s is not found at %s", name, path);
    assert_string_equal(found, path);
    the_program = "";
    assert_int_equal(program_find(name, found, sizeof found), -ENOENT);
}

#endif
