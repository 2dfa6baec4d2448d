/*
 * A merge into a file in memory, for tests. Packets are told apart by their first byte. Functions
 * fail the test where they cannot do what their name says.
 */
#ifndef MERGE_FIXTURE_H
#define MERGE_FIXTURE_H

#include "../../cf-pcap-plugin/test/test.h"

#include <stdlib.h>
#include <string.h>

#include "../merge.h"
#include "pcap_bytes.h"

enum { STREAMS_MAX = 8, MEMORY = 4 * 1024 * 1024, FILE_MAX = 4 * 1024 * 1024 };

static const uint64_t second = 1000000000;

struct fixture {
    struct buffer buffer;
    struct writer writer;
    struct merge merge;
    struct merge_stream streams[STREAMS_MAX];
    uint64_t wake;
    size_t length; /* of the file */
    uint8_t file[FILE_MAX];
};

static inline struct fixture *set_up(size_t count, const struct writer_format *format)
{
    static const char *const names[STREAMS_MAX] = {"a/0 eth0", "a/1 eth0", "a/2 eth0", "a/3 eth0",
                                                   "a/4 eth0", "a/5 eth0", "a/6 eth0", "a/7 eth0"};
    struct fixture *fixture = calloc(1, sizeof *fixture);

    assert_non_null(fixture);
    assert_int_equal(buffer_init(&fixture->buffer), 0);
    fixture->writer =
        (struct writer){.format = format, .buffer = &fixture->buffer, .filter = "tcp"};
    merge_init(&fixture->merge, count, &fixture->writer, MERGE_WINDOW, MEMORY);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(merge_add(&fixture->merge, &fixture->streams[i], names[i]), 0);
    return fixture;
}

static inline void tear_down(struct fixture *fixture)
{
    merge_free(&fixture->merge);
    buffer_free(&fixture->buffer);
    free(fixture);
}

/* The file takes what the buffer holds, `most` bytes of it. */
static inline void hand_out(struct fixture *fixture, size_t most)
{
    size_t length;
    const uint8_t *bytes = buffer_next(&fixture->buffer, &length);

    if (length > most)
        length = most;
    assert_true(length <= FILE_MAX - fixture->length);
    memcpy(fixture->file + fixture->length, bytes, length);
    fixture->length += length;
    buffer_took(&fixture->buffer, length);
}

static inline void feed_bytes(struct fixture *fixture, size_t number, const void *bytes,
                              size_t length, uint64_t now)
{
    for (size_t room, count; length > 0; length -= count, bytes = (const uint8_t *)bytes + count) {
        uint8_t *space = merge_space(&fixture->merge, number, &room);

        assert_true(room > 0);
        count = room < length ? room : length;
        memcpy(space, bytes, count);
        merge_fed(&fixture->merge, number, count, now);
    }
}

static inline void feed_header(struct fixture *fixture, size_t number, uint32_t link_type)
{
    uint8_t bytes[24];
    struct pcap_bytes pcap = {bytes, number % 2 == 1, number % 4 >= 2};

    pcap_put_header(&pcap, link_type);
    feed_bytes(fixture, number, bytes, sizeof bytes, 0);
}

static inline void feed_packet(struct fixture *fixture, size_t number, uint64_t time, uint8_t what,
                               uint64_t now)
{
    uint8_t bytes[16 + 20];
    struct pcap_bytes pcap = {bytes, number % 2 == 1, number % 4 >= 2};

    pcap_put_packet(&pcap, time, 20, 40, what);
    feed_bytes(fixture, number, bytes, sizeof bytes, now);
}

static inline int run(struct fixture *fixture, uint64_t now)
{
    return merge_run(&fixture->merge, now, &fixture->wake);
}

/* The first bytes of the packets in the pcap written by now. */
static inline const char *written(struct fixture *fixture)
{
    static char packets[1 << 16];
    size_t count = 0, at = 24;

    hand_out(fixture, SIZE_MAX);
    while (at + 16 < fixture->length) {
        uint32_t captured;

        memcpy(&captured, fixture->file + at + 8, sizeof captured);
        packets[count++] = (char)fixture->file[at + 16];
        at += 16 + captured;
    }
    packets[count] = '\0';
    return packets;
}

#endif
