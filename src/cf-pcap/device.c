#include "device.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

/* The error that the socket has kept: 0 or a negative errno. */
static int kept_error(int fd)
{
    int error = 0;
    socklen_t size = sizeof error;

    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? -error : -errno;
}

/* The kernel binds the socket of an interface that is gone to -1. */
static bool is_gone(int fd)
{
    struct sockaddr_ll address = {0};
    socklen_t size = sizeof address;

    return getsockname(fd, (struct sockaddr *)&address, &size) != 0 || address.sll_ifindex == -1;
}

static bool is_up(const struct device *device)
{
    struct ifreq request = {0};

    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", device->name);
    return ioctl(device->fd, SIOCGIFFLAGS, &request) == 0 && (request.ifr_flags & IFF_UP) != 0;
}

int device_look(struct device *device, short events)
{
    if ((events & (POLLERR | POLLHUP | POLLNVAL)) != 0) {
        int error = kept_error(device->fd);
        if (error != -ENETDOWN && error != 0)
            return error;
        device->down = true;
    }
    if (!device->down)
        return 0;
    if (is_gone(device->fd))
        return -ENODEV;
    device->down = !is_up(device);
    return 0;
}
