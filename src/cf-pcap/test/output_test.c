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

static bool never(void *context, int64_t stalled)
{
    (void)context;
    (void)stalled;
    return false;
}

static bool after_a_while(void *context, int64_t stalled)
{
    ++*(int *)context;
    return stalled >= 200;
}

static const unsigned char packet[4] = {1, 2, 3, 4};
static const struct pcap_pkthdr packet_header = {
    .ts = {1700000000, 123456}, .caplen = 4, .len = 60};

static void a_file_is_a_header_and_records(void **state)
{
    static const unsigned char expected[] = {
        0xd4, 0xc3, 0xb2, 0xa1, 2,    0,    4, 0, 0, 0, 0, 0, 0,  0, 0, 0, 0, 0, 4, 0,
        1,    0,    0,    0, /* header */
        0x00, 0xf1, 0x53, 0x65, 0x40, 0xe2, 1, 0, 4, 0, 0, 0, 60, 0, 0, 0, 1, 2, 3, 4,
    };
    unsigned char read_back[sizeof expected + 1];
    struct output output;
    FILE *file = tmpfile();

    (void)state;
    assert_int_equal(output_open(&output, fileno(file), 1, 262144, never, NULL), 0);
    assert_int_equal(output_flush(&output), 0);
    assert_int_equal(output_packet(&output, &packet_header, packet), 0);
    assert_int_equal(output_flush(&output), 0);
    assert_int_equal(output.used, 0);
    assert_int_equal(pread(fileno(file), read_back, sizeof read_back, 0), sizeof expected);
    assert_memory_equal(read_back, expected, sizeof expected);
    fclose(file);
    free(output.buffer);
}

static void a_packet_is_cut_to_the_snaplen(void **state)
{
    unsigned char record[24 + 16 + 4];
    struct output output;
    FILE *file = tmpfile();

    (void)state;
    assert_int_equal(output_open(&output, fileno(file), 1, 3, never, NULL), 0);
    assert_int_equal(output_packet(&output, &packet_header, packet), 0);
    assert_int_equal(output_flush(&output), 0);
    assert_int_equal(pread(fileno(file), record, sizeof record, 0), 24 + 16 + 3);
    assert_int_equal(record[24 + 8], 3);   /* captured */
    assert_int_equal(record[24 + 12], 60); /* original */
    fclose(file);
    free(output.buffer);
}

static void a_full_buffer_writes_itself(void **state)
{
    static unsigned char big[262144];
    const struct pcap_pkthdr header = {.caplen = sizeof big, .len = sizeof big};
    struct output output;
    FILE *file = tmpfile();

    (void)state;
    assert_int_equal(output_open(&output, fileno(file), 1, 262144, never, NULL), 0);
    for (int i = 0; i < 9; i++)
        assert_int_equal(output_packet(&output, &header, big), 0);
    assert_int_equal(output_flush(&output), 0);
    assert_int_equal(lseek(fileno(file), 0, SEEK_END), 24 + 9 * (16 + sizeof big));
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
    struct output output;

    full_pipe(ends);
    assert_int_equal(fcntl(ends[1], F_SETFL, flags), 0);
    assert_int_equal(output_open(&output, ends[1], 1, 262144, after_a_while, &asked), 0);
    assert_int_equal(output_flush(&output), -ETIMEDOUT);
    assert_true(asked > 1);
    assert_int_equal(output.used, 24);
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

static void a_reader_that_is_gone_and_a_full_disk_are_told_apart(void **state)
{
    int ends[2];
    struct output output;

    (void)state;
    signal(SIGPIPE, SIG_IGN);
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    assert_int_equal(output_open(&output, ends[1], 1, 262144, never, NULL), 0);
    assert_int_equal(output_flush(&output), -EPIPE);
    assert_int_equal(output.used, 24);
    close(ends[1]);
    free(output.buffer);

    int full = open("/dev/full", O_WRONLY);
    assert_int_equal(output_open(&output, full, 1, 262144, never, NULL), 0);
    assert_int_equal(output_flush(&output), -ENOSPC);
    close(full);
    free(output.buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_a_header_and_records),
        cmocka_unit_test(a_packet_is_cut_to_the_snaplen),
        cmocka_unit_test(a_full_buffer_writes_itself),
        cmocka_unit_test(a_blocked_write_is_given_up_when_told_so),
        cmocka_unit_test(so_is_one_to_a_pipe_that_somebody_made_non_blocking),
        cmocka_unit_test(a_reader_that_is_gone_and_a_full_disk_are_told_apart),
    };

    return cmocka_run_group_tests_name("output", tests, NULL, NULL);
}
