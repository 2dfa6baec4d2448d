/*
 * Reports drops while the capture runs, so that the user can take a narrower filter before it is
 * over.
 */
#ifndef DROPS_H
#define DROPS_H

#include <stdbool.h>
#include <stdint.h>

#include "ring.h"

enum { DROPS_INTERVAL_MS = 1000 };

struct drops {
    struct ring *ring;
    uint64_t said;
    int64_t looked_at; /* clock_ms(); 0: never */
    bool due;          /* packets were taken since, or drops are not reported yet */
};

/*
 * Prints "N packets dropped by kernel so far" on stderr if N has grown. Looks at most once in
 * DROPS_INTERVAL_MS, so it may be called for every block of the ring. Never waits for a reader of
 * stderr: if stderr is full, the next look tries again.
 */
void drops_look(struct drops *drops);

/* Milliseconds until the next look is due, no more than `timeout` (-1: no limit). */
int drops_wait(const struct drops *drops, int timeout);

#endif
