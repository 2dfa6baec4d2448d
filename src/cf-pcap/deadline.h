/*
 * A time limit for work that cannot look at a clock, such as libpcap's compiler.
 */
#ifndef DEADLINE_H
#define DEADLINE_H

#include <signal.h>
#include <time.h>

struct deadline {
    timer_t timer; /* its own, timer_create(2): an inherited alarm(2) stays */
};

/*
 * Calls `passed` once `seconds` have passed, as a signal handler, see sigaction(2): it may do what
 * signal-safety(7) allows. It is also called if a process sends that signal; then info->si_code is
 * not SI_TIMER. 0 or a negative errno.
 */
int deadline_start(struct deadline *deadline, int seconds,
                   void (*passed)(int number, siginfo_t *info, void *context));

void deadline_end(struct deadline *deadline);

#endif
