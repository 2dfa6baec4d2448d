/*
 * Keeps the SSH sessions of the app, and so the capture's own stream, out of the capture.
 */
#ifndef EXCLUSION_H
#define EXCLUSION_H

#include <pcap/pcap.h>

#include "instance_ports.h"

/*
 * Makes the first part of a BPF program. It rejects packets of SSH sessions into this container,
 * and continues after its last instruction with all others. The user's filter is put there, see
 * filter.h.
 *
 * Such a packet is TCP from or to one of the ports, at one of the container's own addresses: those
 * that its interfaces have at this moment, of both families, and 127.0.0.0/8. So the app's traffic
 * to port 2222 of other hosts is not excluded.
 *
 * It rejects only packets that are provably such. BPF rejects a packet when a load reaches past its
 * end, so a test of the length precedes each load: a frame that is cut in its headers goes on to
 * the user's filter. So do the later fragments of a packet, which have no ports (TCP by itself
 * sends none: it knows the path's MTU), packets with an extension header of IPv6, and packets in a
 * tunnel, PPPoE, MPLS, or a VLAN whose tag the kernel left in the packet.
 *
 * The program is for the kernel, and for link types of interfaces that carry IP in a container:
 * Ethernet, the two of "any" (offsets are those in the file, pcap_setfilter(3) shifts them; the
 * length is the kernel's, without that header) and raw IP. For any other link type it is empty.
 *
 * 0, and the program, to be freed with pcap_freecode(3); or a negative errno, also from
 * getifaddrs(3).
 */
int exclusion_compile(struct bpf_program *program, int link_type, const struct ssh_ports *ports);

#endif
