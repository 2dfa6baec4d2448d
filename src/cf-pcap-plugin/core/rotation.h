/*
 * The files that a capture is divided into: --rotate-size, --rotate-time, --keep. When is the one
 * that is open full, which is removed?
 *
 * A file ends with its statistics, is closed, and only then the next one is opened, when it has a
 * packet to hold: there is none without. A packet that would make a file too large is the first of
 * the next one.
 */
#ifndef ROTATION_H
#define ROTATION_H

#include <stdbool.h>
#include <stdint.h>

struct core;
struct core_output;

struct rotation {
    uint64_t files, removed; /* opened until now; removed of these */
    uint64_t opened_at;      /* ms: the last one */
    uint64_t before;         /* bytes of those before it */
    bool full;               /* the next packet does not fit into it */
    bool ends;               /* nothing but its statistics is to come */
    bool open_failed;        /* of the next one */
};

/* Sets what the merge may write into the file. */
void rotation_bounds(const struct core *core, struct core_output *output);

/* Is the file that is open to be ended? */
bool rotation_is_due(const struct core *core, const struct core_output *output);

/* When that has to be asked again if nothing comes, ms; UINT64_MAX: not by itself. */
uint64_t rotation_wake(const struct core *core, const struct core_output *output);

/* The file was closed; another may follow. */
void rotation_next(struct core_output *output);

/* Is a file to be removed? Its number, from 1; 0: none. */
uint64_t rotation_remove(const struct core *core, struct core_output *output);

#endif
