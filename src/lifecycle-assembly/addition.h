/*
 * What assembly adds to an archive: the tool, with its file capability, and the operator's policy.
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
 * Opens the tool, which has its capability already, and the policy. 0, or a negative errno; what is
 * open in the end is additions_close's in either case.
 */
int additions_open(struct addition additions[ADDITIONS], const char *tool, const char *policy,
                   struct failure *failure);
void additions_close(struct addition additions[ADDITIONS]);

/*
 * The name of an addition if a member's name leads there when it is extracted, with however many
 * "./", "//", "/" and "../" in it: NULL if it leads elsewhere.
 */
const char *addition_named(const char *name);

/*
 * Whether a member is to be left out: the tool and the policy that an archive holds already are,
 * whatever they are. 1 or 0, or -EBADMSG if the archive without it would not be what it was: a
 * directory of that name, something in such a directory, a hard link to it.
 */
int addition_replaces(const struct tar_reader *tar);

#endif
