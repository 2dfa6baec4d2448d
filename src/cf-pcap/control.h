/*
 * What ends a capture. Signals and end of file are looked at in one place, by poll(2) on a
 * signalfd(2), so that nothing is missed between two looks.
 */
#ifndef CONTROL_H
#define CONTROL_H

#include <stdbool.h>
#include <stdint.h>

enum stop {
    STOP_NONE,
    STOP_SIGNAL, /* SIGINT, SIGTERM or SIGHUP (a SIGHUP that is ignored, nohup(1), stays ignored) */
    STOP_STDIN,  /* end of file on stdin: the SSH client is gone, or wants the capture to end */
    STOP_STDOUT, /* nobody reads stdout any more */
    STOP_DURATION, /* the policy's max_duration has passed */
    STOP_IDLE,     /* stdin is no control channel, and nothing was captured for CONTROL_IDLE_MS */
};

enum { CONTROL_IDLE_MS = 600000 };

struct control {
    int signal_fd;       /* -1 until control_catch_signals */
    int input_fd;        /* stdin as a control channel; -1: it is none */
    int output_fd;       /* stdout */
    bool idle_limit;     /* STOP_IDLE applies */
    int64_t end;         /* clock_ms() at which max_duration has passed; INT64_MAX: never */
    int64_t last_packet; /* clock_ms() of it, or of the start */
    enum stop stop;      /* the first reason seen; stays */
    bool hurry;          /* a second signal came */
};

/*
 * stdin is a control channel if it is a pipe or a socket and not at end of file already; a terminal
 * is left alone, anything else brings idle_limit. max_duration in seconds, 0: none.
 */
void control_open(struct control *control, int input_fd, int output_fd, uint32_t max_duration);

/*
 * Blocks the signals and opens the means to see them. Until then they end the process as they do by
 * default: to be called once what may take long (names are resolved) is done. 0 or a negative
 * errno.
 */
int control_catch_signals(struct control *control);

/*
 * Waits until the capture's descriptor is ready, something ends the capture, or `timeout`
 * milliseconds have passed (-1: for ever). capture_fd -1: a look at the reasons alone. Sets and
 * returns control->stop.
 */
enum stop control_wait(struct control *control, int capture_fd, int timeout);

/* Whether it is time to end, at the moment `now` (clock_ms): STOP_DURATION, STOP_IDLE or STOP_NONE.
 */
enum stop control_expired(const struct control *control, int64_t now);

/* The stop in a few words, for a message. */
const char *control_stop_text(enum stop stop);

#endif
