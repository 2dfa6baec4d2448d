#include "tick.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>

static void on_tick(int number)
{
    (void)number; /* its arrival alone ends the call */
}

int tick_open(struct tick *tick)
{
    struct sigaction action = {.sa_handler = on_tick}; /* no SA_RESTART */
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN};
    sigset_t ticks;

    if (sigemptyset(&action.sa_mask) != 0 || sigaction(SIGRTMIN, &action, NULL) != 0 ||
        sigemptyset(&ticks) != 0 || sigaddset(&ticks, SIGRTMIN) != 0 ||
        sigprocmask(SIG_UNBLOCK, &ticks, NULL) != 0 ||
        timer_create(CLOCK_MONOTONIC, &event, &tick->timer) != 0)
        return -errno;
    tick->users = 0;
    return 0;
}

static void set(const struct tick *tick, long nanoseconds)
{
    struct itimerspec every = {{0, nanoseconds}, {0, nanoseconds}};

    timer_settime(tick->timer, 0, &every, NULL);
}

void tick_start(struct tick *tick)
{
    if (tick->users++ == 0)
        set(tick, TICK_MS * 1000000L);
}

void tick_stop(struct tick *tick)
{
    if (--tick->users == 0)
        set(tick, 0);
}
