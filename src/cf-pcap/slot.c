#include "slot.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int slot_take(void)
{
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -errno;
    for (int i = 0; i < SLOTS; i++) {
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        /* A first byte of 0 makes it abstract. */
        int length = snprintf(address.sun_path + 1, sizeof address.sun_path - 1, "cf-pcap/%d", i);

        if (bind(fd, (struct sockaddr *)&address,
                 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length)) == 0) {
            /* Stays open: it holds the slot. Nothing can be sent through it any more, and no
             * descriptor passed. */
            return shutdown(fd, SHUT_RDWR) == 0 ? 0 : -errno;
        }
        if (errno != EADDRINUSE) {
            int error = errno;
            close(fd);
            return -error;
        }
    }
    close(fd);
    return -EUSERS;
}
