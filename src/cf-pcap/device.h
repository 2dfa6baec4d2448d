/*
 * Whether the interface of a capture is still there. A packet socket says ENETDOWN when its
 * interface goes down or away, packet(7), and does not tell which.
 */
#ifndef DEVICE_H
#define DEVICE_H

#include <net/if.h>
#include <stdbool.h>

enum { DEVICE_LOOK_MS = 100 }; /* between two looks while it is down */

struct device {
    int fd; /* of the packet socket, bound to it */
    char name[IF_NAMESIZE];
    bool down; /* to be looked at again */
};

/* What poll(2) says of the socket. 0; -ENODEV: the interface is gone; another negative errno: the
 * socket is broken. */
int device_look(struct device *device, short events);

#endif
