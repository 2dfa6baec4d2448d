/*
 * A short command of the cf CLI beside all else that a loop does: its output is read whole, then
 * the owner is told. cf_run (cf.h) is one on a loop of its own.
 */
#ifndef CF_CALL_H
#define CF_CALL_H

#include <stdbool.h>
#include <uv.h>

#include "cf.h"

struct cf_call {
    /* The caller's, to be set before. */
    const struct cf *cf;
    void (*done)(struct cf_call *call); /* once, when all of it is over */
    void *owner;
    bool has_input; /* its stdin is open until it ends or is killed: what `cf ssh` runs can tell by
                       the end of it that nobody waits any more; else it has none */

    struct cf_result result;
    uv_process_t process;
    uv_pipe_t in, out, err; /* in: of has_input */
    int open_handles;       /* of these four */
    bool runs;              /* `done` is still to be called */
    bool killed;            /* by cf_call_kill: nobody wants the result */
};

/* Starts `cf` with these arguments (without the program's name, ended by NULL), in a session of its
 * own. 0: `done` will be called, and has to free the result with cf_result_free; or a negative
 * errno: it is called all the same, with that as status. */
int cf_call_start(struct cf_call *call, uv_loop_t *loop, const char *const *arguments);

/* Kills it, if it runs and was not killed. `done` is called soon. */
void cf_call_kill(struct cf_call *call);

#endif
