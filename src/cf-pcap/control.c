#include "control.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>
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
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR) /* write(2) reports it */
        return -errno;
    control->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return control->signal_fd < 0 ? -errno : 0;
}

static bool at_end_of_file(int fd)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};

    return poll(&poll_fd, 1, 0) == 1 && (poll_fd.revents & POLLIN) == 0 &&
           (poll_fd.revents & (POLLHUP | POLLERR)) != 0;
}

static void choose_input(struct control *control, int input_fd)
{
    struct stat status;
    bool known = fstat(input_fd, &status) == 0;

    control->input_fd = -1;
    if (known && (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode)) &&
        !at_end_of_file(input_fd))
        control->input_fd = input_fd;
    else
        control->idle_limit = !known || !isatty(input_fd);
}

void control_open(struct control *control, int input_fd, int output_fd, uint32_t max_duration)
{
    int64_t now = clock_ms();

    *control = (struct control){.signal_fd = -1, .output_fd = output_fd, .last_packet = now};
    control->end = max_duration == 0 ? INT64_MAX : now + (int64_t)max_duration * 1000;
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

static void stop_for(struct control *control, enum stop stop)
{
    if (control->stop == STOP_NONE)
        control->stop = stop;
}

static void take_signals(struct control *control)
{
    struct signalfd_siginfo information;

    while (read(control->signal_fd, &information, sizeof information) == sizeof information) {
        control->hurry = control->stop == STOP_SIGNAL;
        stop_for(control, STOP_SIGNAL);
    }
}

/* What comes on stdin is nobody's: only its end means something. */
static void take_input(struct control *control)
{
    char ignored[4096];
    ssize_t got = read(control->input_fd, ignored, sizeof ignored);

    if (got > 0 || (got < 0 && (errno == EINTR || errno == EAGAIN)))
        return;
    control->input_fd = -1;
    stop_for(control, STOP_STDIN);
}

enum stop control_wait(struct control *control, int capture_fd, int timeout)
{
    enum { SIGNALS, INPUT, OUTPUT, CAPTURE, COUNT };
    struct pollfd fds[COUNT] = {
        [SIGNALS] = {.fd = control->signal_fd, .events = POLLIN},
        [INPUT] = {.fd = control->input_fd, .events = POLLIN},
        [OUTPUT] = {.fd = control->stop == STOP_NONE ? control->output_fd : -1},
        [CAPTURE] = {.fd = capture_fd, .events = POLLIN},
    };
    int64_t now = clock_ms();

    if (poll(fds, COUNT, shortened(control, timeout, now)) > 0) {
        if (fds[SIGNALS].revents != 0)
            take_signals(control);
        if (fds[INPUT].revents != 0)
            take_input(control);
        if ((fds[OUTPUT].revents & (POLLERR | POLLNVAL)) != 0)
            stop_for(control, STOP_STDOUT);
    }
    enum stop expired = control_expired(control, clock_ms());
    if (expired != STOP_NONE)
        stop_for(control, expired);
    return control->stop;
}

const char *control_stop_text(enum stop stop)
{
    switch (stop) {
    case STOP_SIGNAL:
        return "a signal";
    case STOP_STDIN:
        return "end of file on standard input";
    case STOP_STDOUT:
        return "standard output was closed";
    case STOP_DURATION:
        return "the operator's limit, max_duration";
    case STOP_IDLE:
        return "nothing captured for ten minutes";
    case STOP_NONE:
        break;
    }
    return "nothing";
}
