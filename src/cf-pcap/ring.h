/*
 * The kernel's ring of packets, TPACKET_V3 (Documentation/networking/packet_mmap.rst). libpcap
 * makes it, this module reads it. It is a circle of blocks. The kernel fills one after the other,
 * strictly in turn, hands a block out when it is full or older than its timer, and drops packets
 * when it reaches a block that was not given back.
 *
 * The timer hands blocks out however empty they are, so at moderate rates 32 blocks would hold
 * about a second. Therefore, while the output blocks, ring_pack moves the packets together within
 * the waiting blocks, and gives the emptied ones back: the ring is full when RING_HOLDS bytes of
 * packets wait at least, not when every block has been touched.
 */
#ifndef RING_H
#define RING_H

#include <pcap/pcap.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "records.h"

enum {
    RING_BLOCK = 256 << 10, /* libpcap's: the largest snaplen it allows, 262,144 bytes */
    RING_HOLDS = 8 << 20,   /* bytes of packets, with the kernel's headers, that wait at least */
    /* A packet stays in one block. Of the largest that interfaces pass, 64 KiB with their headers,
     * a block holds three, which leave a quarter of it empty. */
    RING_FULL_BLOCK = 3 * (64 << 10),
    /* Two more: the one that the kernel fills, and one that it handed out too early. */
    RING_BLOCKS = (RING_HOLDS + RING_FULL_BLOCK - 1) / RING_FULL_BLOCK + 2,
    RING_BYTES = RING_BLOCKS * RING_BLOCK,
    RING_BLOCK_MS = 20, /* the timer; the kernel calls a block old at the second look */
};

/* A block whose packets are already records, side by side. */
struct packed {
    uint32_t begin; /* offset of the first in the block; 0: the block is as the kernel left it */
    uint32_t bytes;
    uint32_t packets;
};

struct ring {
    int fd;                /* of the packet socket, libpcap's */
    unsigned char *blocks; /* count * RING_BLOCK bytes; mapped until the process ends */
    uint32_t count;
    uint32_t head; /* the oldest waiting block, or the next that will wait */
    struct packed packed[RING_BLOCKS];
    uint64_t read; /* packets that ring_take or ring_pack has read */
    struct ring_counts {
        uint64_t received; /* packets that passed the filter */
        uint64_t dropped;  /* those of them for which there was no room */
    } counts;
};

/* Opens the ring of a handle that pcap_activate has opened with a buffer of RING_BYTES, or less if
 * memory was short. 0 or a negative errno. */
int ring_open(struct ring *ring, pcap_t *capture);

/* Lets no packet enter the ring any more. 0 or a negative errno. */
int ring_close_inflow(const struct ring *ring);

/* Whether a block waits to be read. */
bool ring_waits(const struct ring *ring);

/*
 * Turns the packets of the oldest waiting block into records at `to`, which has room for RING_BLOCK
 * bytes, and gives the block back. Call it only after ring_waits. *packets becomes their number.
 * Returns their bytes.
 */
size_t ring_take(struct ring *ring, struct records *records, unsigned char *to, uint32_t *packets);

/* Moves the packets of all waiting blocks together, if that frees some. */
void ring_pack(struct ring *ring, struct records *records);

/* Packets that entered the ring and were not read, also those in the block that the kernel fills.
 * Updates ring->counts. A negative errno: the counts cannot be read. */
int64_t ring_unread(struct ring *ring);

/* Brings ring->counts up to date. 0 or a negative errno. */
int ring_count(struct ring *ring);

#endif
