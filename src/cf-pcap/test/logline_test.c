#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "logline.h"

static void a_line_names_interface_snaplen_and_filter(void **state)
{
    char line[LOGLINE_MAX];

    (void)state;
    size_t length = logline_text_started(line, 12, "eth0", 96, "tcp port 80");
    assert_string_equal(line, "cf-pcap[12]: packet capture started: interface eth0, snaplen 96, "
                              "filter 'tcp port 80'\n");
    assert_int_equal(length, strlen(line));
    logline_text_started(line, 12, "any", 262144, "");
    assert_string_equal(line, "cf-pcap[12]: packet capture started: interface any, snaplen 262144, "
                              "no filter\n");
}

static void the_last_line_has_length_and_counts(void **state)
{
    char line[LOGLINE_MAX];

    (void)state;
    logline_text_ended(line, 12, 61, 18446744073709551615u, 3);
    assert_string_equal(line, "cf-pcap[12]: packet capture ended after 61 s: 18446744073709551615 "
                              "packets captured, 3 dropped\n");
    logline_text_ended(line, 12, 61, 5, -5);
    assert_string_equal(line, "cf-pcap[12]: packet capture ended after 61 s: 5 packets captured, "
                              "an unknown number dropped\n");
}

static void a_filter_makes_no_second_line_and_none_too_long(void **state)
{
    char line[LOGLINE_MAX];
    char filter[70000];

    (void)state;
    logline_text_started(line, 1, "eth0\n", 0, "udp\nOUT forged \x1b[2J\xc3");
    assert_string_equal(line, "cf-pcap[1]: packet capture started: interface eth0?, snaplen 0, "
                              "filter 'udp?OUT forged ?[2J?'\n");
    memset(filter, 'x', sizeof filter - 1);
    filter[sizeof filter - 1] = '\0';
    size_t length = logline_text_started(line, 1, filter, 0, filter);
    assert_true(length < LOGLINE_MAX);
    assert_ptr_equal(strchr(line, '\n'), line + length - 1);
    assert_non_null(strstr(line, "x...'\n"));
}

/* A process whose stdout is this. */
static pid_t process_with_output(int fd)
{
    pid_t process = fork();

    if (process == 0) {
        dup2(fd, STDOUT_FILENO);
        for (;;)
            pause();
    }
    assert_true(process > 0);
    /* until its stdout is it: */
    char path[64], mine[64], is[128] = "", wanted[128] = "";
    snprintf(path, sizeof path, "/proc/%d/fd/1", (int)process);
    snprintf(mine, sizeof mine, "/proc/self/fd/%d", fd);
    assert_true(readlink(mine, wanted, sizeof wanted - 1) > 0);
    do {
        memset(is, 0, sizeof is);
        (void)!readlink(path, is, sizeof is - 1);
    } while (strcmp(is, wanted) != 0);
    return process;
}

static void stop(pid_t process)
{
    kill(process, SIGKILL);
    waitpid(process, NULL, 0);
}

static void lines_reach_the_reader_of_another_process_s_pipe(void **state)
{
    int ends[2];
    char text[1024] = "";

    (void)state;
    assert_int_equal(pipe(ends), 0);
    pid_t process = process_with_output(ends[1]);
    int fd = logline_open(process);
    assert_true(fd >= 0);
    assert_int_equal(fcntl(ends[1], F_GETFL) & O_NONBLOCK, 0); /* theirs stays as it was */
    logline_started(fd, 7, "lo", 64, "udp");
    logline_ended(fd, 7, 1, 2, 3);
    assert_true(read(ends[0], text, sizeof text - 1) > 0);
    assert_non_null(strstr(text, "cf-pcap[7]: packet capture started: interface lo"));
    assert_non_null(strstr(text, "ended after 1 s: 2 packets captured, 3 dropped\n"));
    close(fd);
    stop(process);
    close(ends[0]);
    close(ends[1]);
}

static void a_pipe_that_is_full_is_not_waited_for(void **state)
{
    int ends[2];
    char page[4096] = "";

    (void)state;
    assert_int_equal(pipe(ends), 0);
    pid_t process = process_with_output(ends[1]);
    int fd = logline_open(process);
    assert_true(fd >= 0);
    while (write(fd, page, sizeof page) > 0)
        ;
    logline_started(fd, 7, "lo", 64, "udp"); /* a test that hangs here fails */
    close(fd);
    stop(process);
    close(ends[0]);
    close(ends[1]);
}

static void what_is_no_pipe_is_not_opened(void **state)
{
    char name[] = "/tmp/logline.XXXXXX";

    (void)state;
    int file = mkstemp(name);
    assert_true(file >= 0);
    pid_t process = process_with_output(file);
    assert_int_equal(logline_open(process), -ENOTSUP);
    stop(process);
    unlink(name);
    close(file);

    int null = open("/dev/null", O_RDWR);
    process = process_with_output(null);
    assert_int_equal(logline_open(process), -ENOTSUP);
    stop(process);
    close(null);

    assert_int_equal(logline_open(process), -ENOENT); /* a process that is no more */
}

static void without_a_log_nothing_is_written(void **state)
{
    (void)state;
    logline_started(-ENOTSUP, 1, "lo", 0, "");
    logline_ended(-1, 1, 0, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_names_interface_snaplen_and_filter),
        cmocka_unit_test(the_last_line_has_length_and_counts),
        cmocka_unit_test(a_filter_makes_no_second_line_and_none_too_long),
        cmocka_unit_test(lines_reach_the_reader_of_another_process_s_pipe),
        cmocka_unit_test(a_pipe_that_is_full_is_not_waited_for),
        cmocka_unit_test(what_is_no_pipe_is_not_opened),
        cmocka_unit_test(without_a_log_nothing_is_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
