/*
 * Keeps the SSH sessions of the app, and so the capture's own stream, out of the capture.
 */
#ifndef EXCLUSION_H
#define EXCLUSION_H

#include <pcap/pcap.h>

#include "instance_ports.h"

/*
 * Makes the beginning of a BPF program, pcap-filter(7) has the machine: it rejects the packets of
 * SSH sessions into this container, and goes on behind its last instruction with all others. The
 * user's filter is put there, see filter.h.
 *
 * A packet of such a session is TCP from or to one of the ports at one of the container's own
 * addresses: those that its interfaces have at this moment, both families, and 127.0.0.0/8. The
 * app's traffic to port 2222 of other hosts is therefore not excluded.
 *
 * Only what is provably such a packet is rejected. BPF rejects a packet as soon as a load reaches
 * past its end, so that each load stands behind a test of the length: a frame that is cut in its
 * headers goes on to the user's filter. So do the later fragments of a packet, which have no ports
 * (TCP sends none by itself: it knows the path's MTU), what stands behind an extension header of
 * IPv6, and what is in a tunnel, PPPoE, MPLS or a VLAN whose tag the kernel left in the packet.
 *
 * The program is for the kernel and the link types of interfaces that carry IP in a container:
 * Ethernet, the two of "any" (their offsets are those in the file, pcap_setfilter(3) shifts them;
 * the length is the kernel's, without that header) and raw IP. With any other it is empty.
 *
 * 0, the program to be freed with pcap_freecode(3); or a negative errno, from getifaddrs(3) too.
 */
int exclusion_compile(struct bpf_program *program, int link_type, const struct ssh_ports *ports);

#endif
