#include <errno.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../../../wide_pipe.h"
#include "../posix/posix.h"
#include "../system.h"

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434 /* on every architecture (pidfd_open(2), Linux 5.3) */
#endif

int system_program_of(int pid, char *path, size_t size)
{
    char link[64];

    snprintf(link, sizeof link, "/proc/%d/exe", pid);
    ssize_t length = readlink(link, path, size);
    if (length < 0)
        return -errno;
    if ((size_t)length == size)
        return -ENAMETOOLONG;
    path[length] = '\0';
    return 0;
}

int posix_open_process(int pid)
{
    long fd = syscall(SYS_pidfd_open, pid, 0); /* sets close-on-exec */

    return fd < 0 ? -errno : (int)fd;
}

void system_widen_pipe(int fd)
{
    wide_pipe(fd);
}
