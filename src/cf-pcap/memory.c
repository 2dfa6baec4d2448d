#include "memory.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

static int limit_heap(void)
{
    struct rlimit limit;

#ifdef __SANITIZE_ADDRESS__
    (void)limit; /* for tests only: the sanitizer takes terabytes of address space */
    return 0;
#endif
    if (getrlimit(RLIMIT_DATA, &limit) != 0)
        return -errno;
    if (limit.rlim_max > MEMORY_MAX) /* RLIM_INFINITY is the greatest */
        limit.rlim_max = MEMORY_MAX;
    if (limit.rlim_cur > limit.rlim_max)
        limit.rlim_cur = limit.rlim_max;
    return setrlimit(RLIMIT_DATA, &limit) == 0 ? 0 : -errno;
}

static int offer_first(void)
{
    static const char most[] = "1000";
    int result = 0;

    if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) != 0)
        return -errno;
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, most, sizeof most - 1) < 0)
        result = -errno;
    if (fd >= 0)
        close(fd);
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        return -errno;
    return result;
}

int memory_limit(void)
{
    int heap = limit_heap();
    int first = offer_first();

    return heap != 0 ? heap : first;
}
