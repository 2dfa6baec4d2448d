#include <arpa/inet.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "clock.h"
#include "control.h"

static struct tick tick; /* opened in main */

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
    control_open(&control, ends.stdin_fd, ends.stdout_fd, 0, &tick);
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
    control_open(&control, ends.stdin_fd, ends.stdout_fd, 0, &tick);
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
    control_open(&control, ends.stdin_fd, ends.stdout_fd, 0, &tick);
    close(ends.from_stdout);
    assert_int_equal(control_wait(&control, -1, 0), STOP_STDOUT);
    close(control.signal_fd);
    close_ends(&ends);
}

/* A second signal soon after the stop, from a program that sends it twice. */
static void the_same_wish(struct control *control)
{
    const int64_t later = 60000; /* so that it is soon however long this process gets no CPU time */

    control->stopped_at += later;
    raise(SIGTERM);
    control_wait(control, -1, 0);
    assert_true(control->deadline > clock_ms() + CONTROL_END_MS / 2);
    control->stopped_at -= later;
}

static void each_signal_stops_and_a_second_one_hurries(void **state)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

    (void)state;
    signal(SIGHUP, SIG_DFL); /* whoever runs this may ignore it */
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        struct ends ends = open_ends();
        struct control control;

        control_open(&control, ends.stdin_fd, ends.stdout_fd, 0, &tick);
        assert_int_equal(control_catch_signals(&control), 0);
        raise(signals[i]);
        assert_int_equal(control_wait(&control, -1, 0), STOP_SIGNAL);
        the_same_wish(&control);
        usleep(1000 * (CONTROL_TWICE_MS + 1));
        raise(SIGTERM);
        assert_int_equal(control_wait(&control, -1, 0), STOP_SIGNAL);
        assert_true(control.deadline <= clock_ms());
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
    control_open(&control, ends.stdin_fd, ends.stdout_fd, 0, &tick);
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
    control_open(&control, ends.stdin_fd, ends.stdout_fd, 0, &tick);
    close(ends.to_stdin);
    assert_int_equal(control_wait(&control, -1, 0), STOP_STDIN);
    assert_int_equal(control_catch_signals(&control), 0);
    raise(SIGTERM);
    assert_int_equal(control_wait(&control, -1, 0), STOP_STDIN);
    close(control.signal_fd);
    close_ends(&ends);
}

static void a_signal_hurries_the_end_whatever_the_reason_was(void **state)
{
    static const enum stop reasons[] = {STOP_STDIN, STOP_DURATION, STOP_IDLE, STOP_BROKEN};

    (void)state;
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        struct ends ends = open_ends();
        struct control control;

        control_open(&control, ends.stdin_fd, ends.stdout_fd, 0, &tick);
        assert_int_equal(control_catch_signals(&control), 0);
        control_stop(&control, reasons[i]);
        the_same_wish(&control);
        usleep(1000 * (CONTROL_TWICE_MS + 1));
        raise(SIGTERM);
        assert_int_equal(control_wait(&control, -1, 0), reasons[i]);
        assert_true(control.deadline <= clock_ms());
        close(control.signal_fd);
        close_ends(&ends);
    }
}

static void count(void *context)
{
    ++*(int *)context;
}

static void the_moment_of_the_stop_is_told_once(void **state)
{
    struct ends ends = open_ends();
    struct control control;
    int stops = 0;

    (void)state;
    control_open(&control, ends.stdin_fd, ends.stdout_fd, 0, &tick);
    control.stopped = count;
    control.context = &stops;
    control_wait(&control, -1, 0);
    assert_int_equal(stops, 0);
    close(ends.to_stdin);
    control_wait(&control, -1, 0);
    control_wait(&control, -1, 0);
    control_stop(&control, STOP_BROKEN);
    assert_int_equal(stops, 1);
    close_ends(&ends);
}

/* Both kinds: a UNIX socket and one of the internet. */
static void sockets(int kind, int ends[2])
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof address;

    if (kind == AF_UNIX) {
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
        return;
    }
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
    ends[0] = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(ends[0], (struct sockaddr *)&address, size), 0);
    ends[1] = accept(listener, NULL, NULL);
    assert_true(ends[1] >= 0);
    close(listener);
}

static void a_socket_whose_peer_has_gone_stops_and_is_looked_at_once(void **state)
{
    static const int kinds[] = {AF_UNIX, AF_INET};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct ends ends = open_ends();
        struct control control;
        int out[2];

        sockets(kinds[i], out);
        control_open(&control, ends.stdin_fd, out[0], 0, &tick);
        assert_int_equal(control_wait(&control, -1, 0), STOP_NONE);
        close(out[1]);
        enum stop stop = control_wait(&control, -1, 1000);
        assert_true(stop == STOP_STDOUT || stop == STOP_PEER);
        int64_t before = clock_ms();
        control_wait(&control, -1, 100); /* poll does not return at once any more */
        assert_true(clock_ms() - before >= 50);
        close(out[0]);
        close_ends(&ends);
    }
}

static void a_peer_that_sends_no_more_may_still_read(void **state)
{
    struct ends ends = open_ends();
    struct control control;
    int out[2];

    (void)state;
    sockets(AF_INET, out);
    control_open(&control, ends.stdin_fd, out[0], 0, &tick);
    shutdown(out[1], SHUT_WR);
    assert_int_equal(control_wait(&control, -1, 1000), STOP_PEER);
    assert_true(control.deadline > clock_ms() + CONTROL_END_MS / 2);
    close(out[0]);
    close(out[1]);
    close_ends(&ends);
}

static void a_socket_that_is_at_its_end_is_no_control_channel(void **state)
{
    static const int kinds[] = {AF_UNIX, AF_INET};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct ends ends = open_ends();
        struct control control;
        int in[2];

        sockets(kinds[i], in);
        control_open(&control, in[0], ends.stdout_fd, 0, &tick);
        assert_false(control.idle_limit);
        close(in[1]);
        assert_int_equal(control_wait(&control, -1, 1000), STOP_STDIN);
        control_open(&control, in[0], ends.stdout_fd, 0, &tick);
        assert_true(control.idle_limit);
        assert_int_equal(control_wait(&control, -1, 0), STOP_NONE);
        close(in[0]);
        close_ends(&ends);
    }
}

/* The other reader is in this very process, and quicker: it has emptied the pipe when it is read.
 */
static void a_pipe_that_another_process_reads_empty_does_not_block(void **state)
{
    struct ends ends = open_ends();
    struct control control;

    (void)state;
    control_open(&control, ends.stdin_fd, ends.stdout_fd, 0, &tick);
    int64_t before = clock_ms();
    control_take_input(&control);
    assert_true(clock_ms() - before < 10000);
    assert_int_equal(control.stop, STOP_NONE);
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
    control_open(&control, null, ends.stdout_fd, 0, &tick);
    assert_true(control.idle_limit);
    assert_int_equal(control.input_fd, -1);
    close(control.signal_fd);

    close(ends.to_stdin); /* a pipe that is at its end already */
    control_open(&control, ends.stdin_fd, ends.stdout_fd, 0, &tick);
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
    control_open(&control, terminal, STDOUT_FILENO, 0, &tick);
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
        cmocka_unit_test(a_signal_hurries_the_end_whatever_the_reason_was),
        cmocka_unit_test(the_moment_of_the_stop_is_told_once),
        cmocka_unit_test(a_socket_whose_peer_has_gone_stops_and_is_looked_at_once),
        cmocka_unit_test(a_peer_that_sends_no_more_may_still_read),
        cmocka_unit_test(a_socket_that_is_at_its_end_is_no_control_channel),
        cmocka_unit_test(a_pipe_that_another_process_reads_empty_does_not_block),
        cmocka_unit_test(max_duration_is_kept_to_the_millisecond),
        cmocka_unit_test(without_a_control_channel_ten_idle_minutes_stop),
        cmocka_unit_test(what_is_no_control_channel_brings_the_idle_limit),
        cmocka_unit_test(a_terminal_is_left_alone),
    };

    if (tick_open(&tick) != 0)
        return 1;
    return cmocka_run_group_tests_name("control", tests, NULL, NULL);
}
