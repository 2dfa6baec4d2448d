/* For the simulation on Windows, put before its main.c: without the timer that ends a core which
 * hangs (the test has a limit of its own). */
#include <signal.h>
#include <stddef.h>

#define SIGVTALRM SIGBREAK
#define ITIMER_VIRTUAL 0

struct itimerval {
    struct {
        long tv_sec;
    } it_value;
};

static inline int setitimer(int which, const struct itimerval *value, struct itimerval *old)
{
    (void)which, (void)value, (void)old;
    return 0;
}
