/*
 * The files that assembly adds to an archive: the tool, with its file capability, and the
 * operator's policy.
 */
#ifndef ADDITION_H
#define ADDITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "failure.h"
#include "tar.h"

enum { ADDITIONS = 2, ADDITION_RECORD_MAX = 128 };

struct addition {
    const char *name; /* in the archive */
    unsigned mode;
    const char *path;
    FILE *file;
    uint64_t size;                    /* bytes */
    char record[ADDITION_RECORD_MAX]; /* the extended header's only record, if any */
    size_t record_size;
};

/*
 * Opens the tool, which must have its capability, and the policy. 0, or a negative errno. Call
 * additions_close in either case.
 */
int additions_open(struct addition additions[ADDITIONS], const char *tool, const char *policy,
                   struct failure *failure);
void additions_close(struct addition additions[ADDITIONS]);

/*
 * The name of an addition if a member's name leads to it when extracted, with any "./", "//", "/"
 * and "../" in it. NULL if it leads elsewhere.
 */
const char *addition_named(const char *name);

/*
 * Whether to leave a member out: the tool and the policy that the archive already holds, of any
 * kind. 1 or 0, or -EBADMSG if leaving it out would change the rest: a directory of that name, a
 * member in such a directory, a hard link to it.
 */
int addition_replaces(const struct tar_reader *tar);

#endif
