/*
 * Compiles the user's filter, pcap-filter(7), together with the exclusion of SSH.
 */
#ifndef FILTER_H
#define FILTER_H

#include <pcap/pcap.h>
#include <stdbool.h>

/*
 * Compiles the user's expression (all packets if it is blank) and the exclusion into one program
 * and installs it. Resolves names, with the container's /etc/hosts and resolv.conf. `interface`
 * gives the netmask for `ip broadcast`. `verbose` prints the program. 0, or -EINVAL after a
 * message.
 */
int filter_install(pcap_t *capture, const char *interface, const char *expression,
                   const char *exclusion, bool verbose);

#endif
