#include "merge_fixture.h"

#include <errno.h>

static void pcapng_interfaces_have_one_snaplen_whatever_the_streams_have(void **state)
{
    struct fixture *f = set_up(2, &writer_pcapng);
    size_t at = 0, interfaces = 0;

    (void)state;
    feed_header(f, 0, 1);
    uint8_t header[24];
    struct pcap_bytes pcap = {header, true, false};
    pcap_put_header(&pcap, 1);
    header[18] = 0, header[19] = 96; /* big-endian */
    feed_bytes(f, 1, header, sizeof header, 0);
    assert_int_equal(run(f, 0), 0);
    assert_int_equal(f->streams[0].stream.snaplen, 1500);
    assert_int_equal(f->streams[1].stream.snaplen, 96);
    hand_out(f, SIZE_MAX);
    while (at < f->length) {
        uint32_t block[4];

        memcpy(block, f->file + at, sizeof block);
        if (block[0] == 1) {
            assert_int_equal(block[3], STREAM_PACKET_MAX);
            interfaces++;
        }
        at += block[1];
    }
    assert_int_equal(interfaces, 2);
    tear_down(f);
}

/* The types of the blocks in the file, a digit each: the last of its number, 8 for the section
 * header. */
static const char *types_of(const struct fixture *f)
{
    static char types[64];
    size_t count = 0;

    for (size_t at = 0; at < f->length && count < sizeof types - 1;) {
        uint32_t block[2];

        memcpy(block, f->file + at, sizeof block);
        types[count++] = block[0] < 10 ? (char)('0' + block[0]) : 'S';
        at += block[1];
    }
    types[count] = '\0';
    return types;
}

static void names_come_behind_an_interface_and_new_ones_when_they_are_known(void **state)
{
    struct writer_name list[] = {{"10.0.0.1", "a-0"}, {"no address", "x"}, {"fd00::1", "a-1"}};
    struct writer_about about = {.names = list, .name_count = 2};
    struct fixture *f = set_up(2, &writer_pcapng);

    (void)state;
    f->writer.about = &about;
    feed_header(f, 0, 1);
    assert_int_equal(run(f, 0), 0);
    hand_out(f, SIZE_MAX);
    assert_string_equal(types_of(f), "S14");
    assert_memory_equal(f->file + f->length - 24, "\1\0\10\0\12\0\0\1a-0", 12);
    assert_int_equal(writer_pcapng.names(&f->writer), 0);
    about.name_count = 3;
    assert_int_equal(writer_pcapng.names(&f->writer), 0);
    assert_int_equal(writer_pcapng.names(&f->writer), 0);
    hand_out(f, SIZE_MAX);
    assert_string_equal(types_of(f), "S144");
    feed_header(f, 1, 1);
    assert_int_equal(run(f, 0), 0);
    hand_out(f, SIZE_MAX);
    assert_string_equal(types_of(f), "S1441");
    tear_down(f);
}

/* The comment of the number-th packet block in the file; "": it has none. */
static const char *comment_of(const struct fixture *f, size_t number)
{
    static char text[WRITER_COMMENT_MAX];
    size_t at = 0;

    text[0] = '\0';
    for (uint32_t block[2], captured; at < f->length; at += block[1]) {
        memcpy(block, f->file + at, sizeof block);
        if (block[0] != 6 || number-- != 0)
            continue;
        memcpy(&captured, f->file + at + 20, sizeof captured);
        uint16_t option[2] = {0, 0};
        size_t options = at + 28 + captured + (-captured & 3);
        if (options + 4 < at + block[1])
            memcpy(option, f->file + options, sizeof option);
        assert_int_equal(option[0] <= 1, true);
        memcpy(text, f->file + options + 4, option[1]);
        text[option[1]] = '\0';
        break;
    }
    return text;
}

static void a_comment_is_at_the_next_packet_of_its_stream_and_at_no_other(void **state)
{
    struct fixture *f = set_up(2, &writer_pcapng);

    (void)state;
    for (size_t i = 0; i < 2; i++)
        feed_header(f, i, 1);
    writer_comment(&f->streams[1].out, "4 s are missing");
    writer_comment(&f->streams[1].out, "restarted");
    feed_packet(f, 0, 1 * second, 'a', 0);
    feed_packet(f, 1, 2 * second, 'b', 0);
    feed_packet(f, 1, 3 * second, 'c', 0);
    merge_end(&f->merge, 0);
    merge_end(&f->merge, 1);
    assert_int_equal(run(f, 0), 0);
    hand_out(f, SIZE_MAX);
    assert_string_equal(comment_of(f, 0), "");
    assert_string_equal(comment_of(f, 1), "4 s are missing; restarted");
    assert_string_equal(comment_of(f, 2), "");
    tear_down(f);
}

static void the_first_of_several_late_packets_has_a_comment(void **state)
{
    static const char *const comments[] = {
        "", "cf-pcap: late: captured 3.000 s before a packet in front of it", "", "",
        "cf-pcap: late: captured 0.500 s before a packet in front of it"};
    struct fixture *f = set_up(2, &writer_pcapng);

    (void)state;
    feed_header(f, 0, 1);
    feed_header(f, 1, 1);
    feed_packet(f, 0, 5 * second, 'a', 0);
    run(f, MERGE_WINDOW);
    feed_packet(f, 1, 2 * second, 'b', 5000);
    feed_packet(f, 1, 4 * second, 'c', 5000);
    feed_packet(f, 1, 6 * second, 'd', 5000);
    feed_packet(f, 1, 6 * second - second / 2, 'e', 5000);
    merge_end(&f->merge, 0);
    assert_int_equal(run(f, 5000), 0);
    hand_out(f, SIZE_MAX);
    for (size_t i = 0; i < sizeof comments / sizeof *comments; i++)
        assert_string_equal(comment_of(f, i), comments[i]);
    assert_int_equal(f->streams[1].counts.late, 3);
    tear_down(f);
}

static void comments_are_cut_and_wait_for_room(void **state)
{
    struct fixture *f = set_up(1, &writer_pcapng);

    (void)state;
    feed_header(f, 0, 1);
    assert_int_equal(run(f, 0), 0);
    for (size_t i = 0; i < 100; i++)
        writer_comment(&f->streams[0].out, "a comment that is long");
    feed_packet(f, 0, 1 * second, 'a', 0);
    hand_out(f, SIZE_MAX);
    f->buffer.used = BUFFER_SIZE - 100; /* room for the packet, but not for its comment */
    assert_int_equal(run(f, 0), -EAGAIN);
    assert_int_equal(strlen(f->streams[0].out.comment), WRITER_COMMENT_MAX - 1);
    f->buffer.used = 0;
    assert_int_equal(run(f, 0), 0);
    f->length = 0;
    hand_out(f, SIZE_MAX);
    assert_int_equal(strlen(comment_of(f, 0)), WRITER_COMMENT_MAX - 1);
    assert_string_equal(f->streams[0].out.comment, "");
    tear_down(f);
}

/* Interface blocks in the file. */
static size_t interfaces(const struct fixture *f)
{
    size_t count = 0;

    for (uint32_t block[2], at = 0; at < f->length; at += block[1]) {
        memcpy(block, f->file + at, sizeof block);
        count += block[0] == 1;
    }
    return count;
}

static void a_stream_that_begins_anew_goes_on_in_its_interface(void **state)
{
    struct fixture *f = set_up(1, &writer_pcapng);

    (void)state;
    feed_header(f, 0, 1);
    feed_packet(f, 0, 1 * second, 'a', 0);
    merge_end(&f->merge, 0);
    assert_int_equal(run(f, 0), 0);
    assert_true(merge_is_done(&f->merge));
    merge_again(&f->merge, 0);
    assert_false(merge_is_done(&f->merge));
    assert_false(f->streams[0].begun);
    feed_header(f, 0, 1);
    feed_packet(f, 0, 2 * second, 'b', 0);
    merge_end(&f->merge, 0);
    assert_int_equal(run(f, 0), 0);
    hand_out(f, SIZE_MAX);
    assert_int_equal(interfaces(f), 1);
    assert_int_equal(f->streams[0].counts.packets, 2);
    /* Of another link type it needs another one. */
    merge_again(&f->merge, 0);
    feed_header(f, 0, 276);
    merge_end(&f->merge, 0);
    assert_int_equal(run(f, 0), 0);
    hand_out(f, SIZE_MAX);
    assert_int_equal(interfaces(f), 2);
    tear_down(f);
}

/* A stream whose description has no room is not described: the output keeps its bound. */
static void a_stream_that_comes_later_keeps_the_bounds_too(void **state)
{
    static const struct {
        bool full;
        int result;
    } bounds[] = {{false, -EFBIG}, {true, -EOVERFLOW}};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct fixture *f = set_up(2, &writer_pcapng);

        feed_header(f, 0, 1);
        assert_int_equal(run(f, 0), 0);
        feed_packet(f, 0, 1 * second, 'a', 0);
        assert_int_equal(run(f, 5 * second), 0);
        hand_out(f, SIZE_MAX);
        uint64_t bound = f->length + 2 * writer_pcapng.statistics_size;
        *(bounds[i].full ? &f->merge.bounds.full : &f->merge.bounds.end) = bound;
        feed_header(f, 1, 1);
        for (size_t again = 0; again < 2; again++) {
            assert_int_equal(run(f, 5 * second), bounds[i].result);
            assert_int_equal(f->writer.streams, 1);
            assert_int_equal(f->buffer.used, 0);
        }
        assert_false(f->streams[1].opened);
        if (bounds[i].full) {
            merge_next_output(&f->merge);
            assert_int_equal(run(f, 5 * second), 0);
            f->length = 0;
            hand_out(f, SIZE_MAX);
            assert_int_equal(interfaces(f), 2);
        }
        tear_down(f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pcapng_interfaces_have_one_snaplen_whatever_the_streams_have),
        cmocka_unit_test(names_come_behind_an_interface_and_new_ones_when_they_are_known),
        cmocka_unit_test(a_comment_is_at_the_next_packet_of_its_stream_and_at_no_other),
        cmocka_unit_test(the_first_of_several_late_packets_has_a_comment),
        cmocka_unit_test(comments_are_cut_and_wait_for_room),
        cmocka_unit_test(a_stream_that_begins_anew_goes_on_in_its_interface),
        cmocka_unit_test(a_stream_that_comes_later_keeps_the_bounds_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
