/*
 * The capture itself: a handle that libpcap opens and whose filter it attaches, the kernel's ring
 * that belongs to it, the loop and its end.
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
    int loopback;               /* index of `lo`, where the capture is on "any"; else 0 */
    uint64_t captured, dropped; /* once capture_run is through: what it printed */
    uint64_t
        before; /* packets in the ring from before there was a filter: not part of the capture */
};

/*
 * Opens and activates a capture on an interface: this is the call that needs CAP_NET_RAW, and it
 * writes nothing, to nowhere. Not promiscuous, and of whole packets: the filter and the records cut
 * them. No packet enters its ring until capture_filter. 0, or -1 and `error` says why.
 */
int capture_open(struct capture *capture, const char *interface, char error[CAPTURE_ERROR]);

/*
 * Attaches the filter: packets that match enter the ring from here on. `filter` lives as long as
 * the capture. 0, or a negative errno after a message.
 */
int capture_filter(struct capture *capture, const struct filter *filter);

/* The header of the capture's file: the one that libpcap would write, with this snaplen. 0 or a
 * negative errno. */
int capture_file_header(const struct capture *capture, uint32_t snaplen,
                        struct pcap_file_header *header);

/*
 * Captures until `control` says stop, the interface is gone or stdout fails; then takes what the
 * ring still holds, writes everything and prints tcpdump's three counts: received is captured and
 * dropped, and captured what stands whole in the output. What the kernel drops is said while it
 * captures, too. No packet is written with more than `snaplen` bytes. Returns the exit status: 0,
 * or 1 after a message. `ready` is called once, when all is set up and nothing written yet; if it
 * returns anything but 0, nothing is captured.
 */
int capture_run(struct capture *capture, struct control *control, uint32_t snaplen,
                int (*ready)(void));

#endif
