/*
 * A signal every 50 ms, for the time of a call that may block: the call ends with EINTR, and its
 * caller looks at what else there is to do. Unlike O_NONBLOCK that leaves the open file as it is
 * for others who share it. A timer of its own, timer_create(2): the process may have inherited an
 * alarm(2), which stays.
 */
#ifndef TICK_H
#define TICK_H

#include <time.h>

enum { TICK_MS = 50 };

struct tick {
    timer_t timer;
    unsigned int
        users; /* calls under way: one may begin within what another asks between two ticks */
};

/* 0 or a negative errno. */
int tick_open(struct tick *tick);

/* To be called in pairs, around each call that may block. */
void tick_start(struct tick *tick);
void tick_stop(struct tick *tick);

#endif
