#include "control.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"

static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

int control_catch_signals(struct control *control)
{
    struct sigaction hangup;
    sigset_t set;

    sigemptyset(&set);
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        sigaddset(&set, signals[i]);
    /* A signalfd gets a blocked signal even if it is ignored. */
    if (sigaction(SIGHUP, NULL, &hangup) == 0 && hangup.sa_handler == SIG_IGN)
        sigdelset(&set, SIGHUP);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        return -errno;
    /* write(2) reports these two as errors. */
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR || signal(SIGXFSZ, SIG_IGN) == SIG_ERR)
        return -errno;
    control->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return control->signal_fd < 0 ? -errno : 0;
}

static bool pipe_is_at_end(int fd)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};

    return poll(&poll_fd, 1, 0) == 1 && (poll_fd.revents & POLLIN) == 0 &&
           (poll_fd.revents & (POLLHUP | POLLERR)) != 0;
}

static bool socket_is_at_end(int fd)
{
    char byte;

    return recv(fd, &byte, sizeof byte, MSG_PEEK | MSG_DONTWAIT) == 0;
}

static void choose_input(struct control *control, int input_fd)
{
    struct stat status;
    bool known = fstat(input_fd, &status) == 0;

    control->input_fd = -1;
    if (known && ((S_ISFIFO(status.st_mode) && !pipe_is_at_end(input_fd)) ||
                  (S_ISSOCK(status.st_mode) && !socket_is_at_end(input_fd))))
        control->input_fd = input_fd;
    else
        control->idle_limit = !known || !isatty(input_fd);
}

void control_open(struct control *control, int input_fd, int output_fd, uint32_t max_duration,
                  struct tick *tick)
{
    int64_t now = clock_ms();
    struct stat status;

    *control = (struct control){
        .signal_fd = -1,
        .output_fd = output_fd,
        .output_socket = fstat(output_fd, &status) == 0 && S_ISSOCK(status.st_mode),
        .tick = tick,
        .end = max_duration == 0 ? INT64_MAX : now + (int64_t)max_duration * 1000,
        .last_packet = now,
        .deadline = INT64_MAX,
    };
    choose_input(control, input_fd);
}

enum stop control_expired(const struct control *control, int64_t now)
{
    if (now >= control->end)
        return STOP_DURATION;
    if (control->idle_limit && now - control->last_packet >= CONTROL_IDLE_MS)
        return STOP_IDLE;
    return STOP_NONE;
}

/* Milliseconds until control_expired may change, no more than `timeout` (-1: no limit). */
static int shortened(const struct control *control, int timeout, int64_t now)
{
    int64_t until = control->end;

    if (control->stop != STOP_NONE)
        return timeout;
    if (control->idle_limit && control->last_packet + CONTROL_IDLE_MS < until)
        until = control->last_packet + CONTROL_IDLE_MS;
    if (until == INT64_MAX)
        return timeout;

    int64_t left = until - now;
    if (left < 0)
        left = 0;
    if (left > INT_MAX)
        left = INT_MAX;
    return timeout >= 0 && timeout < left ? timeout : (int)left;
}

void control_stop(struct control *control, enum stop reason)
{
    if (control->stop != STOP_NONE)
        return;
    control->stop = reason;
    control->stopped_at = clock_ms();
    control->deadline = control->stopped_at + (reason == STOP_STDOUT ? 0 : CONTROL_END_MS);
    if (control->stopped != NULL)
        control->stopped(control->context);
}

static void take_signals(struct control *control)
{
    struct signalfd_siginfo info;

    while (read(control->signal_fd, &info, sizeof info) == (ssize_t)sizeof info) {
        int64_t now = clock_ms();

        if (control->stop != STOP_NONE && now >= control->stopped_at + CONTROL_TWICE_MS)
            control->deadline = now;
        control_stop(control, STOP_SIGNAL);
    }
}

/* Only the end of stdin matters. Another process may read its content first, so this read must not
 * block either. */
void control_take_input(struct control *control)
{
    char ignored[4096];

    tick_start(control->tick);
    ssize_t got = read(control->input_fd, ignored, sizeof ignored);
    int error = errno;
    tick_stop(control->tick);

    if (got > 0 || (got < 0 && (error == EINTR || error == EAGAIN)))
        return;
    control->input_fd = -1;
    control_stop(control, STOP_STDIN);
}

enum stop control_wait(struct control *control, int capture_fd, int timeout)
{
    enum { SIGNALS, INPUT, OUTPUT, CAPTURE, COUNT };
    struct pollfd fds[COUNT] = {
        [SIGNALS] = {.fd = control->signal_fd, .events = POLLIN},
        [INPUT] = {.fd = control->input_fd, .events = POLLIN},
        [OUTPUT] = {.fd = control->stop == STOP_NONE ? control->output_fd : -1,
                    .events = control->output_socket ? POLLRDHUP : 0},
        [CAPTURE] = {.fd = capture_fd, .events = POLLIN},
    };
    int64_t now = clock_ms();

    control->capture_events = 0;
    if (poll(fds, COUNT, shortened(control, timeout, now)) > 0) {
        if (fds[SIGNALS].revents != 0)
            take_signals(control);
        if (fds[INPUT].revents != 0)
            control_take_input(control);
        if ((fds[OUTPUT].revents & ~POLLRDHUP) != 0)
            control_stop(control, STOP_STDOUT);
        else if (fds[OUTPUT].revents != 0)
            control_stop(control, STOP_PEER);
        control->capture_events = fds[CAPTURE].revents;
    }
    enum stop expired = control_expired(control, clock_ms());
    if (expired != STOP_NONE)
        control_stop(control, expired);
    return control->stop;
}

void control_busy(struct control *control)
{
    control->last_packet = clock_ms();
}

const char *control_stop_text(enum stop stop)
{
    switch (stop) {
    case STOP_SIGNAL:
        return "a signal";
    case STOP_STDIN:
        return "end of file on standard input";
    case STOP_PEER:
    case STOP_STDOUT:
        return "standard output was closed";
    case STOP_DURATION:
        return "the operator's limit, max_duration";
    case STOP_IDLE:
        return "nothing captured for ten minutes";
    case STOP_BROKEN:
        return "the interface is gone";
    case STOP_NONE:
        break;
    }
    return "nothing";
}
