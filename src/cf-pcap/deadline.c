#include "deadline.h"

#include <errno.h>
#include <stddef.h>

#define DEADLINE_SIGNAL (SIGRTMIN + 1) /* tick.c has the one before it */

int deadline_start(struct deadline *deadline, int seconds,
                   void (*passed)(int number, siginfo_t *info, void *context))
{
    struct sigaction action = {.sa_sigaction = passed, .sa_flags = SA_SIGINFO | SA_RESTART};
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = DEADLINE_SIGNAL};
    struct itimerspec limit = {.it_value = {.tv_sec = seconds}};
    sigset_t signals;

    sigemptyset(&action.sa_mask);
    sigemptyset(&signals);
    sigaddset(&signals, DEADLINE_SIGNAL);
    if (sigaction(DEADLINE_SIGNAL, &action, NULL) != 0 ||
        sigprocmask(SIG_UNBLOCK, &signals, NULL) != 0 ||
        timer_create(CLOCK_MONOTONIC, &event, &deadline->timer) != 0)
        return -errno;
    return timer_settime(deadline->timer, 0, &limit, NULL) == 0 ? 0 : -errno;
}

void deadline_end(struct deadline *deadline)
{
    timer_delete(deadline->timer);
}
