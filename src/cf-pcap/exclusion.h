/*
 * Keeps the SSH sessions of the app, and so the capture's own stream, out of the capture.
 */
#ifndef EXCLUSION_H
#define EXCLUSION_H

#include "instance_ports.h"

/*
 * A filter expression, pcap-filter(7), that is true for all packets but those of SSH sessions into
 * this container: TCP from or to one of the ports at one of the container's own addresses (of all
 * its interfaces, both families, and 127.0.0.0/8). The app's traffic to port 2222 of other hosts
 * is therefore not excluded. To be freed by the caller; NULL with errno set on failure.
 */
char *exclusion_expression(const struct ssh_ports *ports);

#endif
