/*
 * What the kernel has dropped so far, said while the capture runs: whoever looks on can take a
 * narrower filter before it is over.
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
    bool due;          /* packets were taken since, or what was seen is not said yet */
};

/*
 * Prints a line on stderr, "N packets dropped by kernel so far", if more were dropped than it said
 * before. Looks once in DROPS_INTERVAL_MS at most, so that it may be called for every block of the
 * ring. Never waits for whoever reads stderr: when that is full, the next look says it.
 */
void drops_look(struct drops *drops);

/* Milliseconds until the next look is due, no more than `timeout` (-1: no limit). */
int drops_wait(const struct drops *drops, int timeout);

#endif
