#include "merge_fixture.h"

#include <errno.h>

static void packets_of_all_streams_are_written_in_order_of_time(void **state)
{
    struct fixture *f = set_up(4, &writer_pcap);

    (void)state;
    for (size_t i = 0; i < 4; i++)
        feed_header(f, i, 1);
    feed_packet(f, 3, 1 * second, 'a', 0);
    feed_packet(f, 0, 2 * second, 'b', 0);
    feed_packet(f, 2, 3 * second, 'c', 0);
    feed_packet(f, 0, 4 * second, 'd', 0);
    feed_packet(f, 1, 5 * second, 'e', 0);
    feed_packet(f, 3, 6 * second, 'f', 0);
    for (size_t i = 0; i < 4; i++)
        merge_end(&f->merge, i);
    assert_int_equal(run(f, 0), 0);
    assert_string_equal(written(f), "abcdef");
    assert_true(f->streams[0].opened && f->streams[3].opened);
    assert_true(merge_is_done(&f->merge));
    assert_int_equal(f->streams[3].counts.packets, 2);
    assert_int_equal(f->streams[3].counts.bytes, 40);
    tear_down(f);
}

static void ties_keep_the_order_of_the_instances(void **state)
{
    struct fixture *f = set_up(3, &writer_pcap);

    (void)state;
    for (size_t i = 0; i < 3; i++)
        feed_header(f, i, 1);
    for (size_t i = 3; i-- > 0;) {
        feed_packet(f, i, second, (uint8_t)('a' + i), 0);
        feed_packet(f, i, second, (uint8_t)('A' + i), 0);
    }
    for (size_t i = 0; i < 3; i++)
        merge_end(&f->merge, i);
    assert_int_equal(run(f, 0), 0);
    assert_string_equal(written(f), "aAbBcC");
    tear_down(f);
}

static void a_single_stream_waits_for_nothing(void **state)
{
    struct fixture *f = set_up(1, &writer_pcap);

    (void)state;
    feed_header(f, 0, 1);
    feed_packet(f, 0, second, 'a', 5);
    assert_int_equal(run(f, 5), 0);
    assert_string_equal(written(f), "a");
    assert_true(f->wake == UINT64_MAX);
    tear_down(f);
}

static void a_packet_waits_for_a_silent_stream_as_long_as_the_window_and_no_longer(void **state)
{
    struct fixture *f = set_up(2, &writer_pcap);

    (void)state;
    feed_header(f, 0, 1);
    feed_header(f, 1, 1);
    feed_packet(f, 0, second, 'a', 10000);
    assert_int_equal(run(f, 10000), 0);
    assert_string_equal(written(f), "");
    assert_true(f->wake == 10000 + MERGE_WINDOW);
    assert_int_equal(run(f, 10000 + MERGE_WINDOW - 1), 0);
    assert_string_equal(written(f), "");
    assert_int_equal(run(f, 10000 + MERGE_WINDOW), 0);
    assert_string_equal(written(f), "a");
    tear_down(f);
}

static void after_an_overdue_packet_the_next_one_has_its_time_too(void **state)
{
    struct fixture *f = set_up(2, &writer_pcap);

    (void)state;
    feed_header(f, 0, 1);
    feed_header(f, 1, 1);
    feed_packet(f, 0, second, 'a', 10000);
    feed_packet(f, 0, 2 * second, 'b', 11000);
    assert_int_equal(run(f, 10000 + MERGE_WINDOW), 0);
    assert_string_equal(written(f), "a");
    assert_true(f->wake == 11000 + MERGE_WINDOW);
    assert_int_equal(run(f, f->wake), 0);
    assert_string_equal(written(f), "ab");
    tear_down(f);
}

static void a_stream_that_is_still_to_come_is_waited_for_likewise(void **state)
{
    struct fixture *f = set_up(2, &writer_pcap);

    (void)state;
    feed_header(f, 0, 1);
    feed_packet(f, 0, second, 'b', 10000);
    run(f, 10000);
    feed_header(f, 1, 1);
    feed_packet(f, 1, second / 2, 'a', 10100);
    run(f, 10100);
    run(f, 13000);
    assert_string_equal(written(f), "ab");
    tear_down(f);
}

/* Also not because another stream's clock is behind: what is overdue goes, with all before it. */
static void no_packet_waits_longer_because_earlier_ones_came_later(void **state)
{
    struct fixture *f = set_up(3, &writer_pcap);

    (void)state;
    for (size_t i = 0; i < 3; i++)
        feed_header(f, i, 1);
    feed_packet(f, 0, 9 * second, 'b', 10000);
    run(f, 10000);
    feed_packet(f, 1, 1 * second, 'a', 11900);
    feed_packet(f, 1, 10 * second, 'c', 11900);
    run(f, 11900);
    assert_string_equal(written(f), "");
    run(f, 12000);
    assert_string_equal(written(f), "ab");
    run(f, 13900);
    assert_string_equal(written(f), "abc");
    tear_down(f);
}

static void a_late_packet_is_written_and_counted(void **state)
{
    struct fixture *f = set_up(2, &writer_pcap);

    (void)state;
    feed_header(f, 0, 1);
    feed_header(f, 1, 1);
    feed_packet(f, 0, 5 * second, 'a', 0);
    run(f, MERGE_WINDOW);
    feed_packet(f, 1, 4 * second, 'b', 5000);
    feed_packet(f, 1, 6 * second, 'c', 5000);
    merge_end(&f->merge, 0);
    run(f, 5000);
    assert_string_equal(written(f), "abc");
    assert_int_equal(f->streams[0].counts.late, 0);
    assert_int_equal(f->streams[1].counts.late, 1);
    tear_down(f);
}

static void a_stream_that_ends_or_breaks_is_not_waited_for(void **state)
{
    struct fixture *f = set_up(4, &writer_pcap);

    (void)state;
    feed_header(f, 0, 1);
    feed_packet(f, 0, second, 'a', 0);
    feed_header(f, 1, 1);
    feed_bytes(f, 1, "garbage, garbage, garbage", 25, 0);
    feed_bytes(f, 2, "FAILED\n", 7, 0);
    run(f, 0);
    assert_string_equal(written(f), "");
    merge_end(&f->merge, 3);
    run(f, 0);
    assert_string_equal(written(f), "a");
    assert_int_equal(f->streams[1].stream.state, STREAM_BAD_RECORD);
    assert_int_equal(f->streams[2].stream.state, STREAM_NOT_PCAP);
    assert_int_equal(f->streams[3].stream.state, STREAM_EMPTY);
    assert_true(f->streams[1].opened);
    assert_false(f->streams[2].opened);
    tear_down(f);
}

static void when_a_ring_is_full_silence_ends_the_waiting(void **state)
{
    struct fixture *f = set_up(2, &writer_pcap);
    size_t room;

    (void)state;
    feed_header(f, 0, 1);
    feed_header(f, 1, 1);
    for (uint64_t i = 0; stream_room(&f->streams[0].stream) > 8192; i++)
        feed_packet(f, 0, i * 1000, 'a', 5);
    run(f, 5);
    assert_int_equal(f->streams[0].counts.packets, 0);
    assert_true(f->wake <= 5 + MERGE_SILENCE);
    run(f, MERGE_SILENCE);
    assert_true(f->streams[0].counts.packets > 1000);
    merge_space(&f->merge, 0, &room);
    assert_true(stream_room(&f->streams[0].stream) > STREAM_RING_MIN / 4);
    tear_down(f);
}

/* Nobody looked for longer than that, as while the output took nothing. */
static void a_full_ring_that_has_waited_for_the_window_is_written_to_its_end(void **state)
{
    struct fixture *f = set_up(2, &writer_pcap);
    uint64_t packets = 0;

    (void)state;
    feed_header(f, 0, 1);
    feed_header(f, 1, 1);
    for (; stream_room(&f->streams[0].stream) > 8192; packets++)
        feed_packet(f, 0, packets * 1000, 'a', 5);
    while (run(f, 5 + MERGE_WINDOW) != 0)
        hand_out(f, SIZE_MAX);
    assert_int_equal(f->streams[0].counts.packets, packets);
    tear_down(f);
}

static void pcap_refuses_a_second_link_type_once_and_pcapng_does_not(void **state)
{
    (void)state;
    for (int ng = 0; ng < 2; ng++) {
        struct fixture *f = set_up(2, ng ? &writer_pcapng : &writer_pcap);

        feed_header(f, 0, 1);
        feed_header(f, 1, 276);
        feed_packet(f, 1, second, 'b', 0);
        assert_int_equal(run(f, 0), 0);
        assert_int_equal(f->streams[1].state, ng ? MERGE_OPEN : MERGE_REFUSED);
        assert_int_equal(f->streams[1].counts.lost, ng ? 0 : 1);
        /* What it still sends is read, and counted, but not waited for. */
        feed_packet(f, 1, second, 'b', 0);
        feed_packet(f, 0, 2 * second, 'a', 0);
        assert_int_equal(run(f, 0), 0);
        assert_int_equal(f->streams[1].counts.lost, ng ? 0 : 2);
        if (!ng)
            assert_string_equal(written(f), "a");
        tear_down(f);
    }
}

/* The header of another link type and a record that cannot be, in one read (issue 14, row 1). */
static void a_refused_stream_that_is_broken_too_is_refused_once(void **state)
{
    struct fixture *f = set_up(2, &writer_pcap);

    (void)state;
    feed_header(f, 0, 1);
    feed_header(f, 1, 276);
    feed_bytes(f, 1, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 16, 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(run(f, 0), 0);
    assert_int_equal(f->streams[1].state, MERGE_REFUSED);
    assert_false(f->streams[1].opened);
    merge_end(&f->merge, 0);
    assert_int_equal(run(f, 0), 0);
    assert_true(merge_is_done(&f->merge));
    tear_down(f);
}

/* The order of 20,000 packets of 8 streams, against a sort; in pieces of random size. */
static void many_packets_in_random_pieces_come_out_sorted(void **state)
{
    enum { PACKETS = 20000 };
    static uint8_t bytes[STREAMS_MAX][PACKETS * 36 + 24];
    struct pcap_bytes pcaps[STREAMS_MAX];
    size_t fed[STREAMS_MAX] = {0};
    struct fixture *f = set_up(STREAMS_MAX, &writer_pcap);
    uint32_t random = 7;
    uint64_t times[STREAMS_MAX] = {0}, last = 0, total = 0;

    (void)state;
    for (size_t i = 0; i < STREAMS_MAX; i++) {
        pcaps[i] = (struct pcap_bytes){bytes[i], i % 2 == 1, false};
        pcap_put_header(&pcaps[i], 1);
    }
    for (int i = 0; i < PACKETS; i++) {
        random = random * 1664525 + 1013904223;
        size_t number = random >> 29;
        times[number] += (random >> 9) % 5 * 1000;
        pcap_put_packet(&pcaps[number], times[number], (random >> 4) % 20, 20,
                        (uint8_t)('a' + number));
    }
    while (!merge_is_done(&f->merge)) {
        for (size_t i = 0; i < STREAMS_MAX; i++) {
            size_t left = (size_t)(pcaps[i].at - bytes[i]) - fed[i];

            random = random * 1664525 + 1013904223;
            size_t count = (random >> 8) % 3000;
            if (count > left)
                count = left;
            feed_bytes(f, i, bytes[i] + fed[i], count, 0);
            fed[i] += count;
            if (count == left)
                merge_end(&f->merge, i);
        }
        assert_int_equal(run(f, 0), 0);
    }
    hand_out(f, SIZE_MAX);
    for (size_t at = 24; at < f->length;) {
        uint32_t record[4];

        memcpy(record, f->file + at, sizeof record);
        uint64_t time = record[0] * second + record[1] * 1000ULL;

        assert_true(time >= last);
        last = time;
        total++;
        at += sizeof record + record[2];
    }
    assert_int_equal(total, PACKETS);
    tear_down(f);
}

/* After a write that failed half-way: how much of the file is whole, and whose packets are not. */
static void what_was_given_up_is_counted_to_the_packet(void **state)
{
    enum { TAKEN = 10007, SENT = 1000 };
    const struct writer_format *const formats[] = {&writer_pcap, &writer_pcapng};

    (void)state;
    for (int format = 0; format < 2; format++) {
        struct fixture *f = set_up(2, formats[format]);

        feed_header(f, 0, 1);
        feed_header(f, 1, 1);
        for (uint64_t i = 0; i < SENT; i++) {
            feed_packet(f, 0, i * second, 'a', 0);
            feed_packet(f, 1, i * second, 'b', 0);
        }
        feed_packet(f, 0, SENT * second, 'a', 0); /* waits for stream 1 */
        assert_int_equal(run(f, 0), 0);
        hand_out(f, TAKEN);
        uint64_t length = merge_give_up(&f->merge);
        uint64_t packets = f->streams[0].counts.packets + f->streams[1].counts.packets;

        assert_true(length > TAKEN - 64 && length <= TAKEN);
        if (format == 0)
            assert_int_equal(packets, (length - 24) / 36);
        assert_int_equal(packets + f->streams[0].counts.lost + f->streams[1].counts.lost,
                         2 * SENT + 1);
        assert_int_equal(f->streams[0].counts.bytes + f->streams[1].counts.bytes, packets * 20);
        assert_true(merge_is_done(&f->merge));
        feed_packet(f, 0, SENT * second, 'a', 0);
        assert_int_equal(run(f, 0), 0);
        assert_int_equal(f->buffer.used, 0);
        tear_down(f);
    }
}

/* A buffer that is full is no loss: it is handed out, and the merge goes on where it was. */
static void a_full_buffer_is_handed_out_and_filled_again(void **state)
{
    enum { PACKETS = 40000 };
    struct fixture *f = set_up(1, &writer_pcap);
    int full = 0;

    (void)state;
    feed_header(f, 0, 1);
    for (int i = 0; i < PACKETS; i++) {
        feed_packet(f, 0, second, 'a', 0);
        if (i % 10000 == 9999)
            for (; run(f, 0) != 0; full++)
                hand_out(f, SIZE_MAX);
    }
    assert_true(full > 0);
    assert_int_equal(strlen(written(f)), PACKETS);
    tear_down(f);
}

/* Each may hold its longest packet, however many they are. */
static void memory_is_bounded_for_any_number_of_streams(void **state)
{
    static const size_t counts[] = {1, 3, 10, 96, 97, 300, 2000};

    (void)state;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        struct merge merge;
        struct writer writer = {.format = &writer_pcap};

        merge_init(&merge, counts[i], &writer, MERGE_WINDOW, MERGE_MEMORY);
        size_t least = counts[i] * STREAM_RING_MIN;
        assert_true(merge.ring * counts[i] <= (least > MERGE_MEMORY ? least : MERGE_MEMORY));
        assert_true(merge.ring >= STREAM_RING_MIN);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packets_of_all_streams_are_written_in_order_of_time),
        cmocka_unit_test(ties_keep_the_order_of_the_instances),
        cmocka_unit_test(a_single_stream_waits_for_nothing),
        cmocka_unit_test(a_packet_waits_for_a_silent_stream_as_long_as_the_window_and_no_longer),
        cmocka_unit_test(after_an_overdue_packet_the_next_one_has_its_time_too),
        cmocka_unit_test(a_stream_that_is_still_to_come_is_waited_for_likewise),
        cmocka_unit_test(no_packet_waits_longer_because_earlier_ones_came_later),
        cmocka_unit_test(a_late_packet_is_written_and_counted),
        cmocka_unit_test(a_stream_that_ends_or_breaks_is_not_waited_for),
        cmocka_unit_test(when_a_ring_is_full_silence_ends_the_waiting),
        cmocka_unit_test(a_full_ring_that_has_waited_for_the_window_is_written_to_its_end),
        cmocka_unit_test(pcap_refuses_a_second_link_type_once_and_pcapng_does_not),
        cmocka_unit_test(a_refused_stream_that_is_broken_too_is_refused_once),
        cmocka_unit_test(many_packets_in_random_pieces_come_out_sorted),
        cmocka_unit_test(what_was_given_up_is_counted_to_the_packet),
        cmocka_unit_test(a_full_buffer_is_handed_out_and_filled_again),
        cmocka_unit_test(memory_is_bounded_for_any_number_of_streams),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
