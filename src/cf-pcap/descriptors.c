#include "descriptors.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

int descriptors_fill_standard(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 &&
            open("/dev/null", O_RDWR) < 0 /* open(2) takes the lowest free number, fd */
            && eventfd(0, 0) < 0)         /* not every container has /dev/null */
            return -errno;
    return 0;
}

bool descriptors_stdout_is_null(void)
{
    struct stat status;

    return fstat(STDOUT_FILENO, &status) == 0 && S_ISCHR(status.st_mode) &&
           status.st_rdev == makedev(1, 3);
}

int descriptors_close_inherited(void)
{
    DIR *list = opendir("/proc/self/fd");
    const struct dirent *entry = NULL;

    if (list == NULL)
        return -errno;
    while ((entry = readdir(list)) != NULL) {
        int fd = (int)strtol(entry->d_name, NULL, 10); /* 0 for . and .. */
        if (fd > STDERR_FILENO && fd != dirfd(list))
            close(fd);
    }
    closedir(list);
    return 0;
}
