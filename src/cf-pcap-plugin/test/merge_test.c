#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../merge.h"
#include "pcap_bytes.h"

enum { STREAMS_MAX = 8, MEMORY = 4 * 1024 * 1024 };

static const uint64_t second = 1000000000;

/* A merge into a file in memory. Packets are told apart by their first byte. */
struct fixture {
    struct output output;
    struct writer writer;
    struct merge merge;
    uint64_t wake;
    size_t failed;
    int opened; /* calls of on_opened */
    char path[64];
};

static int on_opened(void *context, size_t number)
{
    (void)number;
    ((struct fixture *)context)->opened++;
    return 0;
}

static struct fixture *set_up(size_t count, const struct writer_format *format)
{
    static const char *const names[STREAMS_MAX] = {"a/0 eth0", "a/1 eth0", "a/2 eth0", "a/3 eth0"};
    struct fixture *fixture = calloc(1, sizeof *fixture);

    snprintf(fixture->path, sizeof fixture->path, "/tmp/merge_test.%d", (int)getpid());
    assert_int_equal(output_init(&fixture->output), 0);
    assert_int_equal(output_open(&fixture->output, fixture->path), 0);
    fixture->writer =
        (struct writer){.format = format, .output = &fixture->output, .filter = "tcp"};
    assert_int_equal(
        merge_init(&fixture->merge, count, names, &fixture->writer, MERGE_WINDOW, MEMORY), 0);
    return fixture;
}

static void tear_down(struct fixture *fixture)
{
    merge_free(&fixture->merge);
    output_close(&fixture->output);
    unlink(fixture->path);
    free(fixture);
}

static void feed_bytes(struct fixture *fixture, size_t number, const void *bytes, size_t length,
                       uint64_t now)
{
    for (size_t room, count; length > 0; length -= count, bytes = (const uint8_t *)bytes + count) {
        uint8_t *space = merge_space(&fixture->merge, number, &room);

        assert_true(room > 0);
        count = room < length ? room : length;
        memcpy(space, bytes, count);
        merge_fed(&fixture->merge, number, count, now);
    }
}

static void feed_header(struct fixture *fixture, size_t number, uint32_t link_type)
{
    uint8_t bytes[24];
    struct pcap_bytes pcap = {bytes, number % 2 == 1, number % 4 >= 2};

    pcap_put_header(&pcap, link_type);
    feed_bytes(fixture, number, bytes, sizeof bytes, 0);
}

static void feed_packet(struct fixture *fixture, size_t number, uint64_t time, uint8_t what,
                        uint64_t now)
{
    uint8_t bytes[16 + 20];
    struct pcap_bytes pcap = {bytes, number % 2 == 1, number % 4 >= 2};

    pcap_put_packet(&pcap, time, 20, 40, what);
    feed_bytes(fixture, number, bytes, sizeof bytes, now);
}

static int run(struct fixture *fixture, uint64_t now)
{
    return merge_run(&fixture->merge, now, on_opened, fixture, &fixture->wake, &fixture->failed);
}

/* The first bytes of the packets in the pcap written by now. */
static const char *written(struct fixture *fixture)
{
    static char packets[1 << 16];
    uint8_t header[16], body[STREAM_PACKET_MAX];
    size_t count = 0;
    FILE *file = fopen(fixture->path, "rb");

    assert_int_equal(output_flush(&fixture->output), 0);
    assert_non_null(file);
    if (fread(body, 1, 24, file) == 24)
        while (count < sizeof packets - 1 &&
               fread(header, 1, sizeof header, file) == sizeof header) {
            uint32_t captured;

            memcpy(&captured, header + 8, sizeof captured);
            assert_int_equal(fread(body, 1, captured, file), captured);
            packets[count++] = (char)body[0];
        }
    packets[count] = '\0';
    fclose(file);
    return packets;
}

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
    assert_int_equal(f->opened, 4);
    assert_true(merge_is_done(&f->merge));
    assert_int_equal(f->merge.streams[3].counts.packets, 2);
    assert_int_equal(f->merge.streams[3].counts.bytes, 40);
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
    assert_int_equal(f->merge.streams[0].counts.late, 0);
    assert_int_equal(f->merge.streams[1].counts.late, 1);
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
    assert_int_equal(f->merge.streams[1].stream.state, STREAM_BAD_RECORD);
    assert_int_equal(f->merge.streams[2].stream.state, STREAM_NOT_PCAP);
    assert_int_equal(f->merge.streams[3].stream.state, STREAM_EMPTY);
    assert_true(f->merge.streams[1].opened);
    assert_false(f->merge.streams[2].opened);
    tear_down(f);
}

static void when_a_ring_is_full_silence_ends_the_waiting(void **state)
{
    struct fixture *f = set_up(2, &writer_pcap);
    size_t room;

    (void)state;
    feed_header(f, 0, 1);
    feed_header(f, 1, 1);
    for (uint64_t i = 0; stream_room(&f->merge.streams[0].stream) > 8192; i++)
        feed_packet(f, 0, i * 1000, 'a', 5);
    run(f, 5);
    assert_int_equal(f->merge.streams[0].counts.packets, 0);
    assert_true(f->wake <= 5 + MERGE_SILENCE);
    run(f, MERGE_SILENCE);
    assert_true(f->merge.streams[0].counts.packets > 1000);
    merge_space(&f->merge, 0, &room);
    assert_true(stream_room(&f->merge.streams[0].stream) > STREAM_RING_MIN / 4);
    tear_down(f);
}

static void nothing_more_is_written_of_an_abandoned_stream(void **state)
{
    struct fixture *f = set_up(3, &writer_pcap);

    (void)state;
    for (size_t i = 0; i < 3; i++)
        feed_header(f, i, 1);
    feed_packet(f, 0, 1 * second, 'a', 0);
    feed_packet(f, 1, 2 * second, 'b', 0);
    run(f, 0);
    merge_abandon(&f->merge, 0);
    feed_packet(f, 0, 4 * second, 'A', 0);
    feed_packet(f, 2, 3 * second, 'c', 0);
    merge_end(&f->merge, 1);
    merge_end(&f->merge, 2);
    run(f, 0);
    assert_string_equal(written(f), "bc");
    assert_true(merge_is_done(&f->merge));
    tear_down(f);
}

static void pcap_refuses_a_second_link_type_and_pcapng_does_not(void **state)
{
    (void)state;
    for (int ng = 0; ng < 2; ng++) {
        struct fixture *f = set_up(2, ng ? &writer_pcapng : &writer_pcap);

        feed_header(f, 0, 1);
        feed_header(f, 1, 276);
        assert_int_equal(run(f, 0), ng ? 0 : -EPROTOTYPE);
        if (!ng)
            assert_int_equal(f->failed, 1);
        tear_down(f);
    }
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
    assert_int_equal(output_flush(&f->output), 0);

    FILE *file = fopen(f->path, "rb");
    uint32_t record[4];
    assert_int_equal(fseek(file, 24, SEEK_SET), 0);
    while (fread(record, 1, sizeof record, file) == sizeof record) {
        uint64_t time = record[0] * second + record[1] * 1000ULL;

        assert_true(time >= last);
        last = time;
        total++;
        assert_int_equal(fseek(file, (long)record[2], SEEK_CUR), 0);
    }
    fclose(file);
    assert_int_equal(total, PACKETS);
    tear_down(f);
}

/* A file that may not grow, as on a full disk: no half record is left in it. */
static void a_failed_write_leaves_a_file_that_ends_with_a_whole_packet(void **state)
{
    const struct writer_format *const formats[] = {&writer_pcap, &writer_pcapng};

    (void)state;
    signal(SIGXFSZ, SIG_IGN);
    for (int format = 0; format < 2; format++) {
        struct fixture *f = set_up(1, formats[format]);
        const struct rlimit limit = {10007, RLIM_INFINITY}, none = {RLIM_INFINITY, RLIM_INFINITY};

        feed_header(f, 0, 1);
        for (int i = 0; i < 1000; i++)
            feed_packet(f, 0, second, 'a', 0);
        run(f, 0);
        setrlimit(RLIMIT_FSIZE, &limit);
        assert_int_equal(output_flush(&f->output), -EFBIG);
        setrlimit(RLIMIT_FSIZE, &none);
        output_cut(&f->output, f->writer.format->span);
        off_t size = lseek(open(f->path, O_RDONLY), 0, SEEK_END);
        assert_true(size > 10007 - 64 && size <= 10007);
        if (format == 0)
            assert_int_equal((size - 24) % 36, 0);
        tear_down(f);
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
        cmocka_unit_test(nothing_more_is_written_of_an_abandoned_stream),
        cmocka_unit_test(pcap_refuses_a_second_link_type_and_pcapng_does_not),
        cmocka_unit_test(many_packets_in_random_pieces_come_out_sorted),
        cmocka_unit_test(a_failed_write_leaves_a_file_that_ends_with_a_whole_packet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
