/*
 * The capture itself. libpcap opens the handle and attaches the filter; the loop reads the kernel's
 * ring, and `control` ends it.
 */
#ifndef CAPTURE_H
#define CAPTURE_H

#include <pcap/pcap.h>
#include <stdint.h>

#include "control.h"
#include "device.h"
#include "filter.h"
#include "records.h"
#include "ring.h"

enum { CAPTURE_ERROR = 2 * PCAP_ERRBUF_SIZE };

struct capture {
    pcap_t *handle; /* opens, compiles and attaches; does not read */
    struct ring ring;
    struct records records;
    struct device device;
    int loopback;      /* index of `lo`, where the capture is on "any"; else 0 */
    uint64_t captured; /* as capture_run printed it */
    int64_t dropped;   /* the same; negative: not known */
    uint64_t before; /* packets that entered the ring before the filter; not part of the capture */
};

/*
 * Opens and activates a capture on an interface, not promiscuous. This is the one call that needs
 * CAP_NET_RAW, so it writes nothing to any descriptor. Packets are whole; the filter and the
 * records cut them. No packet enters the ring before capture_filter. 0, or -1 and `error` has the
 * reason.
 */
int capture_open(struct capture *capture, const char *interface, char error[CAPTURE_ERROR]);

/*
 * Attaches the filter. Packets that match enter the ring from here on. `filter` must live as long
 * as the capture. 0, or a negative errno after a message.
 */
int capture_filter(struct capture *capture, const struct filter *filter);

/* The header of the capture's file: as libpcap would write it, with this snaplen. 0 or a negative
 * errno. */
int capture_file_header(const struct capture *capture, uint32_t snaplen,
                        struct pcap_file_header *header);

/*
 * Captures until `control` says stop, the interface is gone or stdout fails. Then takes what the
 * ring still holds, writes everything, and prints tcpdump's three counts: received is captured plus
 * dropped, and captured is the number of whole packets in the output. While it captures, prints
 * what the kernel drops. Writes at most `snaplen` bytes of a packet. Calls `ready` once, before it
 * writes anything; captures nothing if that does not return 0. Returns the exit status: 0, or 1
 * after a message.
 */
int capture_run(struct capture *capture, struct control *control, uint32_t snaplen,
                int (*ready)(void));

#endif
