#include <errno.h>
#include <fcntl.h>
#include <libproc.h>
#include <sys/event.h>
#include <unistd.h>

#include "../posix/posix.h"
#include "../system.h"

int system_program_of(int pid, char *path, size_t size)
{
    if (size > PROC_PIDPATHINFO_MAXSIZE)
        size = PROC_PIDPATHINFO_MAXSIZE; /* more is refused */
    return proc_pidpath(pid, path, (uint32_t)size) > 0 ? 0 : -errno;
}

/* A queue that has one thing to wait for; it can be waited for itself (kqueue(2)). */
int posix_open_process(int pid)
{
    struct kevent end;
    int queue = kqueue();

    if (queue < 0)
        return -errno;
    EV_SET(&end, pid, EVFILT_PROC, EV_ADD, NOTE_EXIT, 0, NULL);
    if (fcntl(queue, F_SETFD, FD_CLOEXEC) != 0 || kevent(queue, &end, 1, NULL, 0, NULL) != 0) {
        int error = errno;

        close(queue);
        return -error;
    }
    return queue;
}

/* The kernel widens pipes by itself, up to 64 KiB, and has no call for more. */
void system_widen_pipe(int fd)
{
    (void)fd;
}
