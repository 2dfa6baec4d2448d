/*
 * The kernel's ring of packets, TPACKET_V3 (Documentation/networking/packet_mmap.rst): libpcap
 * makes it, this reads it. It is a circle of blocks. The kernel fills one after the other, strictly
 * in turn, hands a block out when it is full or older than its timer, and stops at the first that
 * was not given back. From then on it drops.
 *
 * The timer hands blocks out however empty they are: at moderate rates 32 blocks would hold about a
 * second. So while nobody can write packets on, ring_pack moves them together, within the blocks
 * that wait, and gives the emptied ones back: the ring is full when RING_BYTES of packets wait, not
 * when every block has been touched.
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
    /* 8 MiB, and two blocks: the one that the kernel fills, and one that it handed out too early.
     */
    RING_BYTES = (8 << 20) + 2 * RING_BLOCK,
    RING_BLOCKS = RING_BYTES / RING_BLOCK,
    RING_BLOCK_MS = 20, /* the timer; the kernel calls a block old at the second look */
};

/* A block whose packets are records already, side by side. */
struct packed {
    uint32_t begin; /* offset of the first in the block; 0: the block is as the kernel left it */
    uint32_t bytes;
    uint32_t packets;
};

struct ring {
    int fd;                /* of the packet socket, libpcap's */
    unsigned char *blocks; /* count * RING_BLOCK bytes; mapped until the process ends */
    uint32_t count;
    uint32_t head; /* the oldest block that waits, or the next that will */
    struct packed packed[RING_BLOCKS];
    uint64_t read; /* packets that the kernel handed out and ring_take or ring_pack has read */
    struct ring_counts {
        uint64_t received; /* packets that passed the filter */
        uint64_t dropped;  /* those of them that found no room */
    } counts;
};

/* The ring of a handle that pcap_activate has opened with a buffer of RING_BYTES. Less memory than
 * that is taken as it is. 0 or a negative errno. */
int ring_open(struct ring *ring, pcap_t *capture);

/* From here on no packet enters the ring. 0 or a negative errno. */
int ring_close_inflow(const struct ring *ring);

/* Whether a block waits to be read. */
bool ring_waits(const struct ring *ring);

/*
 * Turns the packets of the oldest block that waits into records at `to`, which has room for
 * RING_BLOCK bytes, and gives the block back. *packets becomes their number. Returns their bytes.
 * Only after ring_waits.
 */
size_t ring_take(struct ring *ring, struct records *records, unsigned char *to, uint32_t *packets);

/* Moves the packets of all blocks that wait together, if that frees some. */
void ring_pack(struct ring *ring, struct records *records);

/* Packets that entered the ring and have not been read: those of the block that the kernel fills,
 * too. Reads the kernel's counts, so that ring->counts is of now. A negative errno: they cannot be
 * read. */
int64_t ring_unread(struct ring *ring);

/* Brings ring->counts up to date. 0 or a negative errno. */
int ring_count(struct ring *ring);

#endif
