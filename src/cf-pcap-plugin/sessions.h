/*
 * The sessions of a capture: not too many log in at the same time, all are asked to end together,
 * and those that do not are ended.
 */
#ifndef SESSIONS_H
#define SESSIONS_H

#include "session.h"

struct report;

struct sessions {
    struct session *list; /* one a stream of the merge */
    size_t count;
    bool stopping;          /* no more packets are wanted */
    uint64_t stopped_clock; /* nanoseconds since 1970 */

    const struct options *options;
    const struct cf *cf;
    uv_loop_t *loop;
    char command[65536]; /* what runs in each instance */
};

/* Starts as many as may be, reads on where there is room again, ends those whose stream is over. */
void sessions_look(struct sessions *sessions);

/* Asks all to end, once; those that were not started never will be. */
void sessions_stop(struct sessions *sessions);

/* Ends all at once. */
void sessions_kill(struct sessions *sessions);

/* Ends those that were asked to end, and do not: that say nothing, or that capture on, by the clock
 * that their report knows of. */
void sessions_lose_patience(struct sessions *sessions, const struct report *reports);

#endif
