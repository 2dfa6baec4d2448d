#include "../../cf-pcap-plugin/test/test.h"

#include <stdlib.h>
#include <string.h>

#include "../stream.h"
#include "pcap_bytes.h"

static const uint64_t second = 1000000000;

/* Feeds at most `piece` bytes at a time, as far as there is room; says how many went in. */
static size_t feed(struct stream *stream, const uint8_t *bytes, size_t length, size_t piece)
{
    size_t fed = 0;

    while (fed < length) {
        size_t room, count = length - fed < piece ? length - fed : piece;
        uint8_t *space = stream_space(stream, &room);

        if (room == 0)
            break;
        if (count > room)
            count = room;
        memcpy(space, bytes + fed, count);
        stream_fed(stream, count, 0, 1);
        fed += count;
    }
    return fed;
}

static void both_byte_orders_and_resolutions_are_read_byte_by_byte(void **state)
{
    (void)state;
    for (int kind = 0; kind < 4; kind++) {
        uint8_t bytes[512];
        struct pcap_bytes pcap = {bytes, (kind & 1) != 0, (kind & 2) != 0};
        struct stream stream;
        uint8_t copy[200], *end;

        pcap_put_header(&pcap, 276);
        pcap_put_packet(&pcap, 1700000000 * second + 999999000, 100, 1400, 'x');
        pcap_put_packet(&pcap, 0xffffffffULL * second, 0, 60, 0);
        size_t length = (size_t)(pcap.at - bytes);

        stream_init(&stream, STREAM_RING_MIN);
        for (size_t i = 0; i < 24 + 116; i++) {
            assert_int_not_equal(stream_advance(&stream), STREAM_READY);
            feed(&stream, bytes + i, 1, 1);
        }
        assert_int_equal(stream_advance(&stream), STREAM_READY);
        assert_int_equal(stream.link_type, 276);
        assert_int_equal(stream.snaplen, 1500);
        assert_true(stream.packet.time == 1700000000 * second + 999999000);
        assert_int_equal(stream.packet.captured, 100);
        assert_int_equal(stream.packet.original, 1400);
        end = stream_copy(copy, &stream, 0);
        assert_int_equal(end - copy, 116);
        assert_memory_equal(copy, bytes + 24, 116);
        end = stream_copy(copy, &stream, 16);
        assert_int_equal(end - copy, 100);
        assert_memory_equal(copy, bytes + 40, 100);

        stream_take(&stream);
        feed(&stream, bytes + 140, length - 140, 1);
        assert_int_equal(stream_advance(&stream), STREAM_READY);
        assert_true(stream.packet.time == 0xffffffffULL * second);
        stream_take(&stream);
        assert_int_equal(stream_advance(&stream), STREAM_OPEN);
        stream_end(&stream);
        assert_int_equal(stream_advance(&stream), STREAM_ENDED);
        stream_free(&stream);
    }
}

/* The state after these bytes and the end of file. */
static enum stream_state ends(const void *bytes, size_t length, char *evidence)
{
    struct stream stream;

    stream_init(&stream, STREAM_RING_MIN);
    feed(&stream, bytes, length, length);
    while (stream_advance(&stream) == STREAM_READY)
        stream_take(&stream);
    stream_end(&stream);
    while (stream_advance(&stream) == STREAM_READY)
        stream_take(&stream);
    memcpy(evidence, stream.evidence, stream.evidence_length);
    evidence[stream.evidence_length] = '\0';
    stream_free(&stream);
    return stream.state;
}

static void what_is_no_pcap_is_told_by_its_first_bytes(void **state)
{
    char evidence[STREAM_EVIDENCE_MAX + 1];
    uint8_t bytes[64] = "\xd4\xc3\xb2\xa1\x03";

    (void)state;
    assert_int_equal(ends("", 0, evidence), STREAM_EMPTY);
    assert_int_equal(ends("FAILED\n", 7, evidence), STREAM_NOT_PCAP);
    assert_string_equal(evidence, "FAILED\n");
    assert_int_equal(ends("ab", 2, evidence), STREAM_NOT_PCAP);
    assert_int_equal(ends("\xd4\xc3\xb2\xa1\x02\x00", 6, evidence), STREAM_NOT_PCAP);
    assert_int_equal(ends(bytes, sizeof bytes, evidence), STREAM_NOT_PCAP);   /* version 3 */
    assert_int_equal(ends("\x0a\x0d\x0d\x0a", 4, evidence), STREAM_NOT_PCAP); /* pcapng */
}

static void garbage_that_comes_later_is_shown_too_and_takes_no_room(void **state)
{
    struct stream stream;
    static uint8_t much[100000];

    (void)state;
    stream_init(&stream, STREAM_RING_MIN);
    feed(&stream, (const uint8_t *)"Hell", 4, 4);
    assert_int_equal(stream_advance(&stream), STREAM_NOT_PCAP);
    feed(&stream, (const uint8_t *)"o, World", 8, 1);
    assert_int_equal(stream.evidence_length, 12);
    assert_memory_equal(stream.evidence, "Hello, World", 12);
    for (int i = 0; i < 100; i++)
        assert_int_equal(feed(&stream, much, sizeof much, sizeof much), sizeof much);
    assert_int_equal(stream.evidence_length, STREAM_EVIDENCE_MAX);
    stream_free(&stream);
}

static void a_record_that_lies_ends_the_stream(void **state)
{
    static const struct {
        uint32_t fraction, captured, original;
    } lies[] = {{0, STREAM_PACKET_MAX + 1, STREAM_PACKET_MAX + 1},
                {0, 0xffffffff, 0xffffffff},
                {0, 61, 60},
                {1000000, 60, 60}};
    char evidence[STREAM_EVIDENCE_MAX + 1];

    (void)state;
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        uint8_t bytes[512];
        struct pcap_bytes pcap = {bytes, false, false};

        pcap_put_header(&pcap, 1);
        pcap_put_packet(&pcap, second, 60, 60, 'a');
        pcap_put32(&pcap, 1);
        pcap_put32(&pcap, lies[i].fraction);
        pcap_put32(&pcap, lies[i].captured);
        pcap_put32(&pcap, lies[i].original);
        memset(pcap.at, 'b', 60);
        assert_int_equal(ends(bytes, (size_t)(pcap.at - bytes) + 60, evidence), STREAM_BAD_RECORD);
    }
}

static void a_stream_cut_within_a_record_is_told_from_one_that_ended(void **state)
{
    char evidence[STREAM_EVIDENCE_MAX + 1];
    uint8_t bytes[512];
    struct pcap_bytes pcap = {bytes, false, false};

    (void)state;
    pcap_put_header(&pcap, 1);
    pcap_put_packet(&pcap, second, 60, 60, 'a');
    for (size_t length = 24; length <= 100; length++)
        assert_int_equal(ends(bytes, length, evidence),
                         length == 24 || length == 100 ? STREAM_ENDED : STREAM_CUT);
}

/* Many packets of all sizes through a ring that wraps again and again, never emptied. */
static void packets_come_out_as_they_went_in_around_the_ring(void **state)
{
    enum { PACKETS = 400 };
    uint8_t *bytes = malloc(64 * 1024 * 1024), *record = bytes + 24;
    uint8_t *copy = malloc(16 + STREAM_PACKET_MAX);
    struct pcap_bytes pcap = {bytes, false, false};
    struct stream stream;
    uint32_t random = 1, sizes[PACKETS];
    size_t fed = 0, taken = 0;

    (void)state;
    pcap_put_header(&pcap, 1);
    for (int i = 0; i < PACKETS; i++) {
        random = random * 1664525 + 1013904223;
        sizes[i] = i % 50 == 7 ? STREAM_PACKET_MAX
                               : (random >> 8) % (i % 3 == 0   ? 70000
                                                  : i % 3 == 1 ? 1500
                                                               : 40);
        pcap_put_packet(&pcap, (uint64_t)i * second, sizes[i], sizes[i], (uint8_t)i);
    }
    size_t length = (size_t)(pcap.at - bytes);

    stream_init(&stream, STREAM_RING_MIN);
    while (taken < PACKETS) {
        random = random * 1664525 + 1013904223;
        fed += feed(&stream, bytes + fed, length - fed, 1 + (random >> 8) % 90000);
        assert_true(stream.size <= STREAM_RING_MIN);
        assert_int_equal(stream_advance(&stream), STREAM_READY);
        for (uint32_t leave = random >> 28;
             stream_advance(&stream) == STREAM_READY && leave-- > 0;) {
            assert_int_equal(stream.packet.captured, sizes[taken]);
            assert_int_equal(stream_copy(copy, &stream, 0) - copy, 16 + sizes[taken]);
            assert_memory_equal(copy, record, 16 + sizes[taken]);
            record += 16 + sizes[taken];
            stream_take(&stream);
            taken++;
        }
    }
    assert_int_equal(fed, length);
    stream_free(&stream);
    free(bytes);
    free(copy);
}

static void a_full_ring_has_no_room_until_packets_are_taken(void **state)
{
    uint8_t *bytes = malloc(2 * 1024 * 1024);
    struct pcap_bytes pcap = {bytes, false, false};
    struct stream stream;

    (void)state;
    pcap_put_header(&pcap, 1);
    while (pcap.at - bytes < 1024 * 1024)
        pcap_put_packet(&pcap, second, 1000, 1000, 'x');
    stream_init(&stream, STREAM_RING_MIN);
    assert_int_equal(feed(&stream, bytes, (size_t)(pcap.at - bytes), 4096), STREAM_RING_MIN);
    assert_true(stream_is_full(&stream));
    while (stream_advance(&stream) == STREAM_READY)
        stream_take(&stream);
    assert_false(stream_is_full(&stream));
    stream_free(&stream);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_byte_orders_and_resolutions_are_read_byte_by_byte),
        cmocka_unit_test(what_is_no_pcap_is_told_by_its_first_bytes),
        cmocka_unit_test(garbage_that_comes_later_is_shown_too_and_takes_no_room),
        cmocka_unit_test(a_record_that_lies_ends_the_stream),
        cmocka_unit_test(a_stream_cut_within_a_record_is_told_from_one_that_ended),
        cmocka_unit_test(packets_come_out_as_they_went_in_around_the_ring),
        cmocka_unit_test(a_full_ring_has_no_room_until_packets_are_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
