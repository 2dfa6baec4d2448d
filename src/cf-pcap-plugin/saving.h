/*
 * From the merge into the file: what may be written, when, and what is done when the output takes
 * no more. The file is opened when the first instance streams: only then is one that is there
 * replaced.
 */
#ifndef SAVING_H
#define SAVING_H

#include <uv.h>

#include "merge.h"
#include "options.h"
#include "output.h"
#include "report.h"
#include "writer.h"

struct saving {
    const char *path; /* "-" is standard output */
    struct merge merge;
    struct writer writer;
    struct output output;

    bool opened;     /* at least one instance sent a capture: there is an output */
    bool blocked;    /* a pipe takes no more for now; `has_room` says when it does */
    bool gone;       /* nothing can be written any more */
    size_t finished; /* instances whose counts are in the file */

    uint64_t wake; /* ms: when the merge has to be run if nothing arrives; UINT64_MAX: no need */
    uint64_t flushed_at; /* ms */
    uv_loop_t *loop;
    uv_poll_t room;
    void (*has_room)(void *owner);
    void *owner;
};

/*
 * `path`, `loop`, `has_room` and `owner` are set before; `names` are the streams', as for
 * merge_init. Opens a named pipe, which waits for its reader. 0 or a negative errno.
 */
int saving_init(struct saving *saving, const struct options *options, size_t count,
                const char *const *names);

/*
 * Writes what may be written at the moment `now` (ms). 0, also if the output is blocked.
 * -EPROTOTYPE: stream `*failed` is of another link type than the file; abandon it, and call again.
 * Another negative errno: the output failed.
 */
int saving_run(struct saving *saving, uint64_t now, size_t *failed);

/* Writes what the buffer holds, if it is time for that. As saving_run. */
int saving_flush(struct saving *saving, uint64_t now);

/* Writes what stands at the end: the counts in the instances' reports, as far as the format has a
 * place for them. As saving_run; while it is blocked, to be called again. */
int saving_finish(struct saving *saving, const struct report *reports);

/* When to be run and flushed again if nothing arrives, ms; UINT64_MAX: no need. */
uint64_t saving_due(const struct saving *saving);

/* After a failure: leaves a file that can be read, and drops all that may still come. */
void saving_give_up(struct saving *saving);

#endif
