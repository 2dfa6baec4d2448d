/*
 * Interrupts a call that may block, every 50 ms: the call fails with EINTR, and its caller can look
 * at other things. Unlike O_NONBLOCK this does not change the open file for processes that share
 * it. Uses a timer of its own, timer_create(2), because the process may have inherited an alarm(2),
 * which stays.
 */
#ifndef TICK_H
#define TICK_H

#include <time.h>

enum { TICK_MS = 50 };

struct tick {
    timer_t timer;
    unsigned int users; /* nested calls: one may begin in what another does between two ticks */
};

/* 0 or a negative errno. */
int tick_open(struct tick *tick);

/* Call them in pairs, around each call that may block. */
void tick_start(struct tick *tick);
void tick_stop(struct tick *tick);

#endif
