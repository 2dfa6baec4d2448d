/*
 * The largest snaplen, in bytes, of the tool, the plugin and the operator's policy. As tcpdump's
 * and Wireshark's: it holds every frame, also the 65,550 bytes of one on lo. jobs/cf-pcap-lifecycle
 * has the same number, which spec/jobs compares.
 */
#ifndef SNAPLEN_H
#define SNAPLEN_H

enum { SNAPLEN_MAX = 262144 };

#endif
