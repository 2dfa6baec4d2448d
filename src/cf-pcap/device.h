/*
 * Whether the interface of a capture still exists. A packet socket fails with ENETDOWN both when
 * its interface goes down and when it disappears, packet(7).
 */
#ifndef DEVICE_H
#define DEVICE_H

#include <net/if.h>
#include <stdbool.h>

enum { DEVICE_LOOK_MS = 100 }; /* between two looks while it is down */

struct device {
    int fd; /* the packet socket, bound to the interface */
    char name[IF_NAMESIZE];
    bool down; /* look at it again later */
};

/* Looks at poll(2)'s result for the socket. 0; -ENODEV: the interface is gone; another negative
 * errno: the socket is broken. */
int device_look(struct device *device, short events);

#endif
