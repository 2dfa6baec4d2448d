#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "control.h"

/* A control whose stdin is the read end of a pipe and whose stdout is the write end of another. */
struct ends {
    int to_stdin;
    int stdin_fd;
    int stdout_fd;
    int from_stdout;
};

static struct ends open_ends(void)
{
    int in[2];
    int out[2];

    assert_int_equal(pipe(in), 0);
    assert_int_equal(pipe(out), 0);
    return (struct ends){in[1], in[0], out[1], out[0]};
}

static void close_ends(struct ends *ends)
{
    close(ends->to_stdin);
    close(ends->stdin_fd);
    close(ends->stdout_fd);
    close(ends->from_stdout);
}

static void nothing_stops_a_capture_that_nothing_happens_to(void **state)
{
    struct ends ends = open_ends();
    struct control control;

    (void)state;
    control_open(&control, ends.stdin_fd, ends.stdout_fd, 0);
    assert_false(control.idle_limit);
    assert_int_equal(control_wait(&control, -1, 0), STOP_NONE);
    assert_int_equal(write(ends.to_stdin, "ignored", 7), 7);
    assert_int_equal(control_wait(&control, -1, 0), STOP_NONE);
    close(control.signal_fd);
    close_ends(&ends);
}

static void end_of_file_on_stdin_stops(void **state)
{
    struct ends ends = open_ends();
    struct control control;

    (void)state;
    control_open(&control, ends.stdin_fd, ends.stdout_fd, 0);
    close(ends.to_stdin);
    assert_int_equal(control_wait(&control, -1, 0), STOP_STDIN);
    close(control.signal_fd);
    close_ends(&ends);
}

static void a_stdout_that_nobody_reads_stops(void **state)
{
    struct ends ends = open_ends();
    struct control control;

    (void)state;
    control_open(&control, ends.stdin_fd, ends.stdout_fd, 0);
    close(ends.from_stdout);
    assert_int_equal(control_wait(&control, -1, 0), STOP_STDOUT);
    close(control.signal_fd);
    close_ends(&ends);
}

static void each_signal_stops_and_a_second_one_hurries(void **state)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

    (void)state;
    signal(SIGHUP, SIG_DFL); /* whoever runs this may ignore it */
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        struct ends ends = open_ends();
        struct control control;

        control_open(&control, ends.stdin_fd, ends.stdout_fd, 0);
        assert_int_equal(control_catch_signals(&control), 0);
        raise(signals[i]);
        assert_int_equal(control_wait(&control, -1, 0), STOP_SIGNAL);
        assert_false(control.hurry);
        raise(SIGTERM);
        assert_int_equal(control_wait(&control, -1, 0), STOP_SIGNAL);
        assert_true(control.hurry);
        close(control.signal_fd);
        close_ends(&ends);
    }
}

static void a_hangup_that_is_ignored_stays_ignored(void **state)
{
    struct ends ends = open_ends();
    struct control control;
    sigset_t hangup;

    (void)state;
    sigemptyset(&hangup);
    sigaddset(&hangup, SIGHUP);
    sigprocmask(SIG_UNBLOCK, &hangup, NULL); /* as a process is started */
    signal(SIGHUP, SIG_IGN);
    control_open(&control, ends.stdin_fd, ends.stdout_fd, 0);
    assert_int_equal(control_catch_signals(&control), 0);
    raise(SIGHUP);
    assert_int_equal(control_wait(&control, -1, 0), STOP_NONE);
    signal(SIGHUP, SIG_DFL);
    close(control.signal_fd);
    close_ends(&ends);
}

static void the_first_reason_stays(void **state)
{
    struct ends ends = open_ends();
    struct control control;

    (void)state;
    control_open(&control, ends.stdin_fd, ends.stdout_fd, 0);
    close(ends.to_stdin);
    assert_int_equal(control_wait(&control, -1, 0), STOP_STDIN);
    raise(SIGTERM);
    assert_int_equal(control_wait(&control, -1, 0), STOP_STDIN);
    close(control.signal_fd);
    close_ends(&ends);
}

static void max_duration_is_kept_to_the_millisecond(void **state)
{
    const struct control control = {.end = 60000};

    (void)state;
    assert_int_equal(control_expired(&control, 59999), STOP_NONE);
    assert_int_equal(control_expired(&control, 60000), STOP_DURATION);
}

static void without_a_control_channel_ten_idle_minutes_stop(void **state)
{
    struct control control = {.end = INT64_MAX, .idle_limit = true, .last_packet = 1000};

    (void)state;
    assert_int_equal(control_expired(&control, 600999), STOP_NONE);
    assert_int_equal(control_expired(&control, 601000), STOP_IDLE);
    control.last_packet = 2000;
    assert_int_equal(control_expired(&control, 601000), STOP_NONE);
    control.idle_limit = false;
    assert_int_equal(control_expired(&control, 99999999), STOP_NONE);
}

static void what_is_no_control_channel_brings_the_idle_limit(void **state)
{
    struct ends ends = open_ends();
    struct control control;
    int null = open("/dev/null", O_RDONLY);

    (void)state;
    control_open(&control, null, ends.stdout_fd, 0);
    assert_true(control.idle_limit);
    assert_int_equal(control.input_fd, -1);
    close(control.signal_fd);

    close(ends.to_stdin); /* a pipe that is at its end already */
    control_open(&control, ends.stdin_fd, ends.stdout_fd, 0);
    assert_true(control.idle_limit);
    assert_int_equal(control_wait(&control, -1, 0), STOP_NONE);
    close(control.signal_fd);
    close(null);
    close_ends(&ends);
}

static void a_terminal_is_left_alone(void **state)
{
    int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    struct control control;

    (void)state;
    assert_true(terminal >= 0);
    control_open(&control, terminal, STDOUT_FILENO, 0);
    assert_false(control.idle_limit);
    assert_int_equal(control.input_fd, -1);
    close(control.signal_fd);
    close(terminal);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_stops_a_capture_that_nothing_happens_to),
        cmocka_unit_test(end_of_file_on_stdin_stops),
        cmocka_unit_test(a_stdout_that_nobody_reads_stops),
        cmocka_unit_test(each_signal_stops_and_a_second_one_hurries),
        cmocka_unit_test(a_hangup_that_is_ignored_stays_ignored),
        cmocka_unit_test(the_first_reason_stays),
        cmocka_unit_test(max_duration_is_kept_to_the_millisecond),
        cmocka_unit_test(without_a_control_channel_ten_idle_minutes_stop),
        cmocka_unit_test(what_is_no_control_channel_brings_the_idle_limit),
        cmocka_unit_test(a_terminal_is_left_alone),
    };

    return cmocka_run_group_tests_name("control", tests, NULL, NULL);
}
