/*
 * The files that a capture is divided into: --rotate-size, --rotate-time, --keep. When is the one
 * that is open full, which is removed?
 *
 * A file ends with its statistics, is closed, and only then the next one is opened, when it has a
 * packet to hold: there is none without. One that fails before it has a packet, as on a full disk,
 * is removed, unless it is the only one that is left. A packet that would make a file too large is
 * the first of the next one.
 */
#ifndef ROTATION_H
#define ROTATION_H

#include <stdbool.h>
#include <stdint.h>

struct core;
struct core_output;

struct rotation {
    uint64_t files, removed; /* opened until now; removed of these */
    uint64_t lost;           /* of `files`: others took it while it was written */
    uint64_t left;           /* of `removed`: others changed it, and it was not removed */
    uint64_t opened_at;      /* ms: the last one */
    uint64_t before;         /* bytes of those before it */
    uint64_t keys;           /* TLS keys that are in those before it */
    bool full;               /* the next packet does not fit into it */
    bool ends;               /* nothing but its statistics is to come */
    uint64_t packets;        /* of those before it */
    char last[320];          /* the name of the one before it */
    bool open_failed;        /* of the next one */
    bool empty;              /* the last one failed before it had a packet, */
    bool dropped;            /* and others are left: it is to be cut to nothing and removed */
};

/* Sets what the merge may write into the file. */
void rotation_bounds(const struct core *core, struct core_output *output);

/* Is the file that is open to be ended? */
bool rotation_is_due(const struct core *core, const struct core_output *output);

/* When that has to be asked again if nothing comes, ms; UINT64_MAX: not by itself. */
uint64_t rotation_wake(const struct core *core, const struct core_output *output);

/* The file was closed; another may follow. */
void rotation_next(const struct core *core, struct core_output *output);

/* The output has failed, and its merge was given up. */
void rotation_failed(const struct core *core, struct core_output *output);

/* Is a file to be removed? Its number, from 1; 0: none. */
uint64_t rotation_remove(const struct core *core, struct core_output *output);

#endif
