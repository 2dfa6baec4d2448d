#include "descriptors.h"

#include <fcntl.h>
#include <unistd.h>

void descriptors_fill(void)
{
    int fd;

    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}

bool descriptors_are_enough(void)
{
    int opened[DESCRIPTORS_NEEDED], count = 0;

    while (count < DESCRIPTORS_NEEDED &&
           (opened[count] = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)) >= 0)
        count++;
    for (int i = 0; i < count; i++)
        close(opened[i]);
    return count == DESCRIPTORS_NEEDED;
}
