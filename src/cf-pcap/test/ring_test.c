#include <linux/if_packet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "record.h"
#include "ring.h"

/*
 * A kernel of our own fills the ring, as af_packet.c does: blocks in turn, each handed out when it
 * is full or when its timer says so, and it stops at the first that was not given back. Packets
 * carry their number, and their bytes follow from it.
 */
enum { BLOCKS = 8, HEAD = sizeof(struct tpacket_block_desc), MAC = 86, STORED_MAX = 1 << 16 };

static u_int wanted_length; /* what bpf_filter is to be called with; 0: anything */

struct kernel {
    struct ring ring;
    struct records records;
    uint32_t current; /* block */
    size_t used;      /* bytes of it; 0: not open */
    uint32_t put, took;
    uint32_t size[STORED_MAX]; /* of packet `number` */
    uint64_t waiting;          /* bytes of frames that were put and not taken */
    unsigned char *out;
};

static struct tpacket_block_desc *block(struct kernel *kernel, uint32_t index)
{
    return (struct tpacket_block_desc *)(void *)(kernel->ring.blocks + (size_t)index * RING_BLOCK);
}

static void setup(struct kernel *kernel)
{
    memset(kernel, 0, sizeof *kernel);
    kernel->ring.fd = -1;
    kernel->ring.count = BLOCKS;
    kernel->ring.blocks = calloc(BLOCKS + 1, RING_BLOCK);
    kernel->records = (struct records){.snaplen = 262144};
    kernel->out = malloc(RING_BLOCK + RECORDS_BEHIND);
}

static void clean(struct kernel *kernel)
{
    free(kernel->ring.blocks);
    free(kernel->out);
}

/* The timer, or a full block. */
static void hand_out(struct kernel *kernel)
{
    if (kernel->used <= HEAD)
        return;
    block(kernel, kernel->current)->hdr.bh1.block_status = TP_STATUS_USER;
    kernel->current = (kernel->current + 1) % BLOCKS;
    kernel->used = 0;
}

static size_t frame_bytes(uint32_t size)
{
    return (MAC + size + 7) / 8 * 8;
}

static unsigned char byte_of(uint32_t number, uint32_t at)
{
    return (unsigned char)(number * 7 + at * 13 + (at >> 8));
}

/* false: dropped. */
static bool put(struct kernel *kernel, uint32_t size)
{
    if (kernel->used + frame_bytes(size) > RING_BLOCK)
        hand_out(kernel);
    struct tpacket_block_desc *at = block(kernel, kernel->current);
    if (kernel->used == 0) {
        if (at->hdr.bh1.block_status != TP_STATUS_KERNEL)
            return false;
        memset(at, 0, sizeof *at);
        at->hdr.bh1.offset_to_first_pkt = HEAD;
        kernel->used = HEAD;
    }
    unsigned char *frame = (unsigned char *)at + kernel->used;
    struct tpacket3_hdr header = {.tp_next_offset = (uint32_t)frame_bytes(size),
                                  .tp_sec = kernel->put,
                                  .tp_nsec = 999,
                                  .tp_snaplen = size,
                                  .tp_len = size + 1,
                                  .tp_mac = MAC};
    memcpy(frame, &header, sizeof header);
    for (uint32_t i = 0; i < size; i++)
        frame[MAC + i] = byte_of(kernel->put, i);
    kernel->used += frame_bytes(size);
    at->hdr.bh1.num_pkts++;
    kernel->size[kernel->put++ % STORED_MAX] = size;
    kernel->waiting += frame_bytes(size);
    return true;
}

static void take(struct kernel *kernel)
{
    uint32_t packets;

    if (!ring_waits(&kernel->ring))
        return;
    size_t bytes = ring_take(&kernel->ring, &kernel->records, kernel->out, &packets);
    size_t at = 0;
    for (uint32_t i = 0; i < packets; i++) {
        struct record_header header;
        uint32_t size = kernel->size[kernel->took % STORED_MAX];

        memcpy(&header, kernel->out + at, sizeof header);
        assert_int_equal(header.seconds, kernel->took);
        assert_int_equal(header.microseconds, 0);
        assert_int_equal(header.captured_length, size);
        assert_int_equal(header.original_length, size + 1);
        at += sizeof header;
        for (uint32_t j = 0; j < size; j++)
            if (kernel->out[at + j] != byte_of(kernel->took, j))
                fail_msg("packet %u, byte %u", kernel->took, j);
        at += size;
        kernel->took++;
        kernel->waiting -= frame_bytes(size);
    }
    assert_int_equal(at, bytes);
}

static void take_all(struct kernel *kernel)
{
    hand_out(kernel);
    while (ring_waits(&kernel->ring))
        take(kernel);
    assert_int_equal(kernel->took, kernel->put);
    assert_int_equal(kernel->ring.read, kernel->put);
    assert_int_equal(kernel->waiting, 0);
}

/* Sizes of all kinds: some runs have small ones alone, some large ones, some all. */
static uint32_t some_size(unsigned int kind)
{
    static const uint32_t most[] = {1, 60, 200, 1514, 9000, 65550, 200000};

    return (uint32_t)rand() % most[kind % (sizeof most / sizeof most[0])];
}

static void whatever_is_packed_when_comes_out_in_order_and_whole(void **state)
{
    (void)state;
    for (unsigned int seed = 0; seed < 300; seed++) {
        static struct kernel kernel;
        unsigned int kind = seed / 3;

        srand(seed);
        setup(&kernel);
        for (int step = 0; step < 400; step++) {
            switch (rand() % (seed % 3 == 0 ? 12 : 6)) {
            case 0:
                take(&kernel);
                break;
            case 1:
                ring_pack(&kernel.ring, &kernel.records);
                break;
            case 2:
            case 3:
                hand_out(&kernel);
                break;
            default:
                for (int n = rand() % 20; n > 0; n--)
                    put(&kernel, some_size(kind));
            }
        }
        take_all(&kernel);
        clean(&kernel);
    }
}

/* What the ring is packed for. Blocks are handed out with `each` packets in them, as at a low rate.
 */
static void nothing_is_dropped_before_the_ring_is_full(uint32_t each, uint32_t size)
{
    static struct kernel kernel;
    /* The block that the kernel fills, the two that are not worth moving, and what no record fits
     * in. */
    const uint64_t full = (uint64_t)(BLOCKS - 3) * (RING_BLOCK - HEAD - size);

    setup(&kernel);
    for (;;) {
        uint32_t i = 0;

        while (i < each && put(&kernel, size))
            i++;
        if (i < each)
            break;
        hand_out(&kernel);
        ring_pack(&kernel.ring, &kernel.records);
    }
    if (kernel.waiting < full)
        fail_msg("%u packets of %u bytes a block: dropped at %llu bytes", each, size,
                 (unsigned long long)kernel.waiting);
    take_all(&kernel);
    clean(&kernel);
}

static void blocks_that_are_nearly_empty_do_not_fill_the_ring(void **state)
{
    static const uint32_t sizes[] = {60, 1000, 1400, 9000, 65550};

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        for (uint32_t each = 1; each <= 3; each++)
            nothing_is_dropped_before_the_ring_is_full(each, sizes[i]);
}

static void packets_from_before_the_filter_are_skipped_packed_or_not(void **state)
{
    static struct kernel kernel;

    (void)state;
    for (int pack = 0; pack < 2; pack++) {
        setup(&kernel);
        kernel.records.skip = 5;
        for (int i = 0; i < 8; i++) {
            put(&kernel, 100);
            hand_out(&kernel);
            if (pack)
                ring_pack(&kernel.ring, &kernel.records);
        }
        kernel.took = 5;
        kernel.waiting -= 5 * frame_bytes(100);
        take_all(&kernel);
        clean(&kernel);
    }
}

/* In place, the record overwrites the head of the frame that it is made of. */
static void a_user_filter_sees_the_length_on_the_wire_packed_or_not(void **state)
{
    struct bpf_insn longer = {.code = BPF_RET | BPF_K, .k = 1};
    struct bpf_program program = {1, &longer};
    static struct kernel kernel;

    (void)state;
    for (int pack = 0; pack < 2; pack++) {
        setup(&kernel);
        kernel.records.user = &program;
        for (int i = 0; i < 40; i++) {
            wanted_length = 100 + 1; /* put() tells one byte more than it stores */
            put(&kernel, 100);
            hand_out(&kernel);
            if (pack)
                ring_pack(&kernel.ring, &kernel.records);
        }
        take_all(&kernel);
        wanted_length = 0;
        clean(&kernel);
    }
}

static void a_ring_of_rejected_packets_alone_is_given_back(void **state)
{
    struct bpf_insn none = {.code = BPF_RET | BPF_K, .k = 0};
    struct bpf_program program = {1, &none};
    static struct kernel kernel;

    (void)state;
    setup(&kernel);
    kernel.records.user = &program;
    for (int i = 0; i < 100; i++) {
        assert_true(put(&kernel, 1000));
        hand_out(&kernel);
        ring_pack(&kernel.ring, &kernel.records);
    }
    assert_int_equal(kernel.records.rejected, 100);
    kernel.took = 100;
    kernel.waiting = 0;
    take_all(&kernel);
    clean(&kernel);
}

/* The ring of these tests has no socket. Which error says so differs: qemu emulates system calls.
 */
static void counts_that_cannot_be_read_are_no_zeros(void **state)
{
    static struct kernel kernel;

    (void)state;
    setup(&kernel);
    assert_true(ring_count(&kernel.ring) < 0);
    assert_true(ring_unread(&kernel.ring) < 0);
    clean(&kernel);
}

/* For the linker: libpcap's, here without a program that is long. */
u_int bpf_filter(const struct bpf_insn *program, const u_char *packet, u_int length, u_int captured)
{
    (void)packet;
    (void)captured;
    if (wanted_length != 0)
        assert_int_equal(length, wanted_length);
    return program->k;
}

int pcap_fileno(pcap_t *capture)
{
    (void)capture;
    return -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_is_packed_when_comes_out_in_order_and_whole),
        cmocka_unit_test(blocks_that_are_nearly_empty_do_not_fill_the_ring),
        cmocka_unit_test(packets_from_before_the_filter_are_skipped_packed_or_not),
        cmocka_unit_test(a_user_filter_sees_the_length_on_the_wire_packed_or_not),
        cmocka_unit_test(counts_that_cannot_be_read_are_no_zeros),
        cmocka_unit_test(a_ring_of_rejected_packets_alone_is_given_back),
    };

    return cmocka_run_group_tests_name("ring", tests, NULL, NULL);
}
