/*
 * The capture itself: a libpcap handle on the kernel's ring, TPACKET_V3
 * (Documentation/networking/packet_mmap.rst), its loop and its end.
 */
#ifndef CAPTURE_H
#define CAPTURE_H

#include <pcap/pcap.h>
#include <stdint.h>

#include "control.h"
#include "filter.h"

enum { CAPTURE_ERROR = 2 * PCAP_ERRBUF_SIZE };

/*
 * Opens and activates a capture on an interface: this is the call that needs CAP_NET_RAW, and it
 * writes nothing, to nowhere. Not promiscuous, and of whole packets: filter and output cut them.
 * NULL: `error` says why.
 */
pcap_t *capture_open(const char *interface, char error[CAPTURE_ERROR]);

/* Attaches a filter. 0 or a negative errno after a message. */
int capture_set_filter(pcap_t *capture, struct filter *filter);

/*
 * Captures until `control` says stop, the interface is gone or stdout fails; then takes what the
 * ring still holds, writes everything and prints tcpdump's three counts. What the kernel drops is
 * said while it captures, too. No packet is written with more than `snaplen` bytes. Returns the
 * exit status: 0, or 1 after a message. `ready` is called once, when all is set up and nothing
 * written yet; if it returns anything but 0, nothing is captured.
 */
int capture_run(pcap_t *capture, struct control *control, uint32_t snaplen, int (*ready)(void));

#endif
