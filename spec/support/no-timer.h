/* For the simulation on Windows, put before its main.c: without the timer that ends a core which
 * hangs (the test has a limit of its own), and without what tunes glibc's memory. */
#include <signal.h>
#include <stddef.h>

#define SIGVTALRM SIGBREAK
#define ITIMER_VIRTUAL 0
#define M_MMAP_THRESHOLD 0
#define M_TRIM_THRESHOLD 0

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

static inline int mallopt(int parameter, int value)
{
    (void)parameter, (void)value;
    return 1;
}
