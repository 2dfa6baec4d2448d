/*
 * The signals that ask this program to stop (system_signals). SIGHUP is left alone where it is
 * ignored, which is what nohup(1) is for.
 */
#ifndef SIGNALS_H
#define SIGNALS_H

#include <uv.h>

#include "system/system.h"

enum { SIGNALS_MAX = SYSTEM_SIGNALS };

struct signals {
    uv_signal_t handles[SIGNALS_MAX];
    size_t count;
    void (*came)(void *owner, int number);
    void *owner;
};

/* Has `came` called by the loop for each of them. signals_unwatch, before the loop is closed. */
void signals_watch(struct signals *signals, uv_loop_t *loop, void (*came)(void *owner, int number),
                   void *owner);
void signals_unwatch(struct signals *signals);

#endif
