/*
 * The one owner of a capture's end: what ends it is seen here, when it ends is decided here, and
 * until when what was captured may still be written. Signals and end of file are looked at in one
 * place, by poll(2) on a signalfd(2), so that nothing is missed between two looks.
 */
#ifndef CONTROL_H
#define CONTROL_H

#include <stdbool.h>
#include <stdint.h>

#include "tick.h"

enum stop {
    STOP_NONE,
    STOP_SIGNAL, /* SIGINT, SIGTERM or SIGHUP (a SIGHUP that is ignored, nohup(1), stays ignored) */
    STOP_STDIN,  /* end of file on stdin: the SSH client is gone, or wants the capture to end */
    STOP_STDOUT, /* nobody reads stdout any more */
    STOP_PEER,   /* stdout is a socket, whose peer sends no more; it may still read */
    STOP_DURATION, /* the policy's max_duration has passed */
    STOP_IDLE,     /* stdin is no control channel, and nothing was captured for CONTROL_IDLE_MS */
    STOP_BROKEN,   /* the interface is gone; told by control_stop */
};

enum {
    CONTROL_IDLE_MS = 600000,
    CONTROL_END_MS = 30000, /* from the stop on, for what was captured and is not written yet */
    CONTROL_TWICE_MS =
        200, /* a signal that follows so soon is the same wish: timeout(1) sends two */
};

struct control {
    int signal_fd;        /* -1 until control_catch_signals */
    int input_fd;         /* stdin as a control channel; -1: it is none */
    int output_fd;        /* stdout */
    bool output_socket;   /* it is a socket: that its peer has gone must be asked for */
    short capture_events; /* of the last control_wait */
    bool idle_limit;      /* STOP_IDLE applies */
    struct tick *tick;
    int64_t end;         /* clock_ms() at which max_duration has passed; INT64_MAX: never */
    int64_t last_packet; /* clock_ms() of it, or of the start */

    enum stop stop;     /* the first reason seen; stays */
    int64_t stopped_at; /* clock_ms() */
    /* clock_ms() from which on no blocked write is waited for; INT64_MAX: no stop yet. */
    int64_t deadline;
    void (*stopped)(void *context); /* called once, at the moment of the stop; NULL: nothing */
    void *context;
};

/*
 * stdin is a control channel if it is a pipe or a socket and not at end of file already; a terminal
 * is left alone, anything else brings idle_limit. max_duration in seconds, 0: none.
 */
void control_open(struct control *control, int input_fd, int output_fd, uint32_t max_duration,
                  struct tick *tick);

/*
 * Blocks the signals and opens the means to see them. Until then they end the process as they do by
 * default: to be called once what may take long (names are resolved) is done. 0 or a negative
 * errno.
 */
int control_catch_signals(struct control *control);

/*
 * Waits until the capture's descriptor is ready, something ends the capture, or `timeout`
 * milliseconds have passed (-1: for ever). capture_fd -1: a look at the reasons alone. Decides
 * whether the capture is to end, and returns control->stop. A signal that comes after the stop
 * hurries the end: the deadline is now. What poll(2) says of the capture's descriptor is in
 * control->capture_events.
 */
enum stop control_wait(struct control *control, int capture_fd, int timeout);

/* Ends the capture for a reason that its caller has seen. */
void control_stop(struct control *control, enum stop reason);

/* Reads over what stands on stdin; its end stops the capture. Does not block, though it may find
 * nothing.
 */
void control_take_input(struct control *control);

/* Packets were captured, or are not written because a reader is slow: the capture is not idle. */
void control_busy(struct control *control);

/* Whether it is time to end, at the moment `now` (clock_ms): STOP_DURATION, STOP_IDLE or STOP_NONE.
 */
enum stop control_expired(const struct control *control, int64_t now);

/* The stop in a few words, for a message. */
const char *control_stop_text(enum stop stop);

#endif
