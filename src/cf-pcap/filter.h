/*
 * Compiles the user's filter, pcap-filter(7), together with the exclusion of SSH.
 */
#ifndef FILTER_H
#define FILTER_H

#include <pcap/pcap.h>

#include "options.h"

struct filter {
    struct bpf_program kernel; /* to be attached to the socket */
    struct bpf_program user;   /* bf_len 0: the kernel does all; else to be run on each packet */
};

/*
 * Compiles the user's expression (all packets if it is blank) and the exclusion into one program;
 * it cuts packets to the snaplen. Resolves names, with the container's /etc/hosts and resolv.conf.
 * The interface gives the netmask for `ip broadcast`. --verbose prints the program. 0, or -EINVAL
 * after a message; ends the process with status 1, after a message, if that takes longer than 30
 * seconds: libpcap's time grows with the cube of the filter's length, a thousand hosts take
 * minutes, and nothing else would stop it.
 */
int filter_compile(struct filter *filter, pcap_t *capture, const struct options *options,
                   const char *exclusion);
void filter_free(struct filter *filter);

#endif
