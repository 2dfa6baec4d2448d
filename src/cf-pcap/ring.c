#include "ring.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "record.h"

enum {
    /* A block's own words come first, and with them whose it is. */
    BLOCK_HEAD = sizeof(struct tpacket_block_desc),
    BLOCK_ROOM = RING_BLOCK - BLOCK_HEAD,
    PACK_GAIN = 2, /* blocks: moving up to 8 MiB must be worth it */
    BEHIND = 4096, /* the last step of a copy may read past the ring, so a page follows it */
};

static struct tpacket_block_desc *block_at(const struct ring *ring, uint32_t index)
{
    return (struct tpacket_block_desc *)(void *)(ring->blocks + (size_t)index * RING_BLOCK);
}

static bool is_ours(const struct ring *ring, uint32_t index)
{
    const _Atomic uint32_t *status =
        (const _Atomic uint32_t *)&block_at(ring, index)->hdr.bh1.block_status;

    return (atomic_load_explicit(status, memory_order_acquire) & TP_STATUS_USER) != 0;
}

static void give_back(struct ring *ring, uint32_t index)
{
    _Atomic uint32_t *status = (_Atomic uint32_t *)&block_at(ring, index)->hdr.bh1.block_status;

    ring->packed[index] = (struct packed){0};
    atomic_store_explicit(status, TP_STATUS_KERNEL, memory_order_release);
}

static uint32_t behind(const struct ring *ring, uint32_t index, uint32_t steps)
{
    return (index + steps) % ring->count;
}

/* libpcap has mapped the ring already, but does not tell how large it is. A mapping must be as long
 * as the ring, which libpcap makes smaller if memory is short, so this tries the lengths. */
int ring_open(struct ring *ring, pcap_t *capture)
{
    int version = 0;
    socklen_t size = sizeof version;

    *ring = (struct ring){.fd = pcap_fileno(capture)};
    if (getsockopt(ring->fd, SOL_PACKET, PACKET_VERSION, &version, &size) != 0)
        return -errno;
    if (version != TPACKET_V3)
        return -EPROTONOSUPPORT;
    for (ring->count = RING_BLOCKS; ring->count > 0; ring->count--) {
        size_t bytes = (size_t)ring->count * RING_BLOCK;
        /* Leaves a page after the ring, for the last step of a copy. */
        void *place = mmap(NULL, bytes + BEHIND, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        if (place == MAP_FAILED)
            return -errno;
        if (mmap(place, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, ring->fd, 0) !=
            MAP_FAILED) {
            ring->blocks = place;
            return 0;
        }
        munmap(place, bytes + BEHIND); /* the kernel may have taken a part of it already */
    }
    return -ENOMEM;
}

int ring_close_inflow(const struct ring *ring)
{
    struct sock_filter reject = BPF_STMT(BPF_RET | BPF_K, 0);
    struct sock_fprog program = {.len = 1, .filter = &reject};

    return setsockopt(ring->fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0
               ? 0
               : -errno;
}

bool ring_waits(const struct ring *ring)
{
    return is_ours(ring, ring->head);
}

/* Turns the packets of a block that is as the kernel left it into records at `to`. */
static struct packed unpack(struct ring *ring, struct records *records, uint32_t index,
                            unsigned char *to)
{
    const struct tpacket_block_desc *block = block_at(ring, index);
    const void *first = (const unsigned char *)block + block->hdr.bh1.offset_to_first_pkt;
    uint32_t count = block->hdr.bh1.num_pkts;
    struct packed packed = {.begin = BLOCK_HEAD};

    packed.bytes = (uint32_t)records_write(records, first, count, to, &packed.packets);
    ring->read += count;
    return packed;
}

size_t ring_take(struct ring *ring, struct records *records, unsigned char *to, uint32_t *packets)
{
    uint32_t index = ring->head;
    struct packed packed = ring->packed[index];

    if (packed.begin != 0)
        memcpy(to, (const unsigned char *)block_at(ring, index) + packed.begin, packed.bytes);
    else
        packed = unpack(ring, records, index, to);
    give_back(ring, index);
    ring->head = behind(ring, index, 1);
    *packets = packed.packets;
    return packed.bytes;
}

/* Moves the newest records of `from` before those of `to`, as many as fit. */
static void move(const struct ring *ring, uint32_t from_index, struct packed *from,
                 uint32_t to_index, struct packed *to)
{
    unsigned char *source = (unsigned char *)block_at(ring, from_index) + from->begin;
    uint32_t stay = (uint32_t)record_surplus(source, from->bytes, (size_t)to->begin - BLOCK_HEAD);
    uint32_t bytes = from->bytes - stay;
    uint32_t packets = from->packets - (stay == 0 ? 0 : record_count(source, stay));

    to->begin -= bytes;
    to->bytes += bytes;
    to->packets += packets;
    from->bytes -= bytes;
    from->packets -= packets;
    memmove((unsigned char *)block_at(ring, to_index) + to->begin, source + stay, bytes);
}

/*
 * The kernel continues with the oldest waiting block. So everything moves into the newest ones,
 * from the newest packet to the oldest, and always to higher addresses. A record stays in one
 * block.
 */
static void move_together(struct ring *ring, uint32_t waiting)
{
    const struct packed empty = {.begin = RING_BLOCK};
    struct packed target = empty;
    uint32_t to = waiting - 1; /* as `from`, counted from the head */

    for (uint32_t from = waiting; from-- > 0;) {
        uint32_t index = behind(ring, ring->head, from);
        struct packed source = ring->packed[index];

        for (;;) {
            move(ring, index, &source, behind(ring, ring->head, to), &target);
            if (source.bytes == 0)
                break;
            ring->packed[behind(ring, ring->head, to)] = target;
            target = empty;
            to--;
        }
    }
    ring->packed[behind(ring, ring->head, to)] = target;
    if (target.bytes == 0)
        to++; /* a filter has rejected all */
    for (uint32_t i = 0; i < to; i++)
        give_back(ring, behind(ring, ring->head, i));
    ring->head = behind(ring, ring->head, to);
}

void ring_pack(struct ring *ring, struct records *records)
{
    uint32_t waiting = 0;
    uint64_t bytes = 0;

    for (; waiting < ring->count && is_ours(ring, behind(ring, ring->head, waiting)); waiting++) {
        uint32_t index = behind(ring, ring->head, waiting);

        if (ring->packed[index].begin == 0)
            ring->packed[index] =
                unpack(ring, records, index, (unsigned char *)block_at(ring, index) + BLOCK_HEAD);
        bytes += ring->packed[index].bytes;
    }
    if (waiting * (uint64_t)BLOCK_ROOM >= bytes + (uint64_t)PACK_GAIN * BLOCK_ROOM)
        move_together(ring, waiting);
}

int ring_count(struct ring *ring)
{
    struct tpacket_stats_v3 since = {0}; /* the last time they were read */
    socklen_t size = sizeof since;

    if (getsockopt(ring->fd, SOL_PACKET, PACKET_STATISTICS, &since, &size) != 0)
        return -errno;
    ring->counts.received += since.tp_packets; /* the dropped ones are among them */
    ring->counts.dropped += since.tp_drops;
    return 0;
}

int64_t ring_unread(struct ring *ring)
{
    int error = ring_count(ring);

    if (error != 0)
        return error;
    return (int64_t)(ring->counts.received - ring->counts.dropped - ring->read);
}
