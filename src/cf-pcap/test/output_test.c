#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "output.h"
#include "record.h"

static struct tick tick; /* opened in main */
static const struct pcap_file_header file_header = {0xa1b2c3d4, 2, 4, 0, 0, 262144, 1};

static bool never(void *context)
{
    (void)context;
    return false;
}

static bool the_fourth_time(void *context)
{
    return ++*(int *)context == 4;
}

static struct output open_output(int fd, output_patience *give_up, void *context)
{
    struct output output = {.fd = fd, .tick = &tick, .give_up = give_up, .context = context};

    assert_int_equal(output_open(&output, &file_header), 0);
    return output;
}

/* Puts a record of a packet of `length` bytes into the buffer. */
static void add_record(struct output *output, uint32_t length)
{
    struct record_header header = {1700000000, 123456, length, length};

    assert_true(output_room(output) >= sizeof header + length);
    memcpy(output_space(output), &header, sizeof header);
    memset(output_space(output) + sizeof header, 0xaa, length);
    output_add(output, sizeof header + length, 1);
}

static void a_file_is_a_header_and_records(void **state)
{
    static const unsigned char expected[] = {
        0xd4, 0xc3, 0xb2, 0xa1, 2,    0,    4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,    0,
        4,    0,    1,    0,    0,    0, /* header */
        0x00, 0xf1, 0x53, 0x65, 0x40, 0xe2, 1, 0, 2, 0, 0, 0, 2, 0, 0, 0, 0xaa, 0xaa,
    };
    unsigned char read_back[sizeof expected + 1];
    FILE *file = tmpfile();
    struct output output = open_output(fileno(file), never, NULL);

    (void)state;
    assert_int_equal(output_flush(&output), 0);
    assert_int_equal(output.written, 0);
    add_record(&output, 2);
    assert_int_equal(output_flush(&output), 0);
    assert_int_equal(output.written, 1);
    assert_int_equal(output.unwritten, 0);
    assert_int_equal(pread(fileno(file), read_back, sizeof read_back, 0), sizeof expected);
    assert_memory_equal(read_back, expected, sizeof expected);
    fclose(file);
    free(output.buffer);
}

/* A pipe that is full, and nobody reads. */
static void full_pipe(int ends[2])
{
    char fill[4096] = {0};

    assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
    while (write(ends[1], fill, sizeof fill) > 0)
        ;
}

static void a_reader_that_stalls_is_given_up_when_told_so(int flags)
{
    int ends[2];
    int asked = 0;

    full_pipe(ends);
    assert_int_equal(fcntl(ends[1], F_SETFL, flags), 0);
    struct output output = open_output(ends[1], the_fourth_time, &asked);
    assert_int_equal(output_flush(&output), -ETIMEDOUT);
    assert_int_equal(asked, 4);
    assert_int_equal(output.unwritten, 24);
    assert_int_equal(output.written, 0);
    close(ends[0]);
    close(ends[1]);
    free(output.buffer);
}

static void a_blocked_write_is_given_up_when_told_so(void **state)
{
    (void)state;
    a_reader_that_stalls_is_given_up_when_told_so(0);
}

static void so_is_one_to_a_pipe_that_somebody_made_non_blocking(void **state)
{
    (void)state;
    a_reader_that_stalls_is_given_up_when_told_so(O_NONBLOCK);
}

/* A pipe takes whole pages: where the last of them ends is no boundary of a record. */
static void what_counts_as_written_stands_whole_in_the_pipe(void **state)
{
    (void)state;
    for (uint32_t length = 1000; length < 1100; length++) {
        static unsigned char read_back[1 << 17];
        int ends[2];
        int asked = 0;

        assert_int_equal(pipe(ends), 0);
        struct output output = open_output(ends[1], the_fourth_time, &asked);
        assert_int_equal(output_flush(&output), 0);
        for (int i = 0; i < 500; i++)
            add_record(&output, length);
        asked = 3; /* do not wait long */
        assert_int_equal(output_flush(&output), -ETIMEDOUT);
        ssize_t got = read(ends[0], read_back, sizeof read_back);
        assert_int_equal(output.unwritten, 24 + 500 * (16 + length) - (size_t)got);
        assert_int_equal(output.written, ((size_t)got - 24) / (16 + length));
        close(ends[0]);
        close(ends[1]);
        free(output.buffer);
    }
}

/* What give_up adds while the write is blocked is written with the rest. */
static bool add_three(void *context)
{
    struct output *output = context;
    static int left = 3;

    if (left > 0) {
        add_record(output, 100);
        left--;
        return false;
    }
    return true;
}

static void what_is_added_while_it_is_blocked_is_kept_in_order(void **state)
{
    int ends[2];

    (void)state;
    full_pipe(ends);
    fcntl(ends[1], F_SETFL, 0);
    struct output output = open_output(ends[1], add_three, NULL);
    output.context = &output;
    assert_int_equal(output_flush(&output), -ETIMEDOUT);
    assert_int_equal(output.unwritten, 24 + 3 * 116);
    close(ends[0]);
    close(ends[1]);
    free(output.buffer);
}

/* What give_up calls may use the tick as well: it goes on for the write. */
static bool uses_the_tick(void *context)
{
    tick_start(&tick);
    tick_stop(&tick);
    return ++*(int *)context == 4;
}

static void the_tick_goes_on_whatever_else_uses_it(void **state)
{
    int ends[2];
    int asked = 0;

    (void)state;
    full_pipe(ends);
    fcntl(ends[1], F_SETFL, 0);
    struct output output = open_output(ends[1], uses_the_tick, &asked);
    assert_int_equal(output_flush(&output), -ETIMEDOUT);
    assert_int_equal(asked, 4);
    close(ends[0]);
    close(ends[1]);
    free(output.buffer);
}

/* Packets that come while the file header waits for its reader are counted from behind it. */
static void what_follows_a_header_that_waited_is_counted(void **state)
{
    static unsigned char read_back[1 << 17];
    int ends[2];
    int asked = 3;

    (void)state;
    assert_int_equal(pipe(ends), 0);
    struct output output = open_output(ends[1], the_fourth_time, &asked);
    for (int i = 0; i < 500; i++)
        add_record(&output, 1000);
    assert_int_equal(output_flush(&output), -ETIMEDOUT);
    ssize_t got = read(ends[0], read_back, sizeof read_back);
    assert_int_equal(output.written, ((size_t)got - 24) / 1016);
    close(ends[0]);
    close(ends[1]);
    free(output.buffer);
}

static void a_reader_that_is_gone_and_a_full_disk_are_told_apart(void **state)
{
    int ends[2];

    (void)state;
    signal(SIGPIPE, SIG_IGN);
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    struct output output = open_output(ends[1], never, NULL);
    assert_int_equal(output_flush(&output), -EPIPE);
    assert_int_equal(output.unwritten, 24);
    close(ends[1]);
    free(output.buffer);

    int full = open("/dev/full", O_WRONLY);
    output = open_output(full, never, NULL);
    assert_int_equal(output_flush(&output), -ENOSPC);
    close(full);
    free(output.buffer);
}

static void an_alarm_that_was_inherited_stays(void **state)
{
    int ends[2];
    int asked = 0;

    (void)state;
    signal(SIGALRM, SIG_IGN);
    alarm(1000);
    full_pipe(ends);
    struct output output = open_output(ends[1], the_fourth_time, &asked);
    assert_int_equal(output_flush(&output), -ETIMEDOUT);
    assert_true(alarm(0) > 900);
    close(ends[0]);
    close(ends[1]);
    free(output.buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_a_header_and_records),
        cmocka_unit_test(a_blocked_write_is_given_up_when_told_so),
        cmocka_unit_test(so_is_one_to_a_pipe_that_somebody_made_non_blocking),
        cmocka_unit_test(what_counts_as_written_stands_whole_in_the_pipe),
        cmocka_unit_test(what_is_added_while_it_is_blocked_is_kept_in_order),
        cmocka_unit_test(an_alarm_that_was_inherited_stays),
        cmocka_unit_test(the_tick_goes_on_whatever_else_uses_it),
        cmocka_unit_test(what_follows_a_header_that_waited_is_counted),
        cmocka_unit_test(a_reader_that_is_gone_and_a_full_disk_are_told_apart),
    };

    if (tick_open(&tick) != 0)
        return 1;
    return cmocka_run_group_tests_name("output", tests, NULL, NULL);
}
