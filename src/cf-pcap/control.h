/*
 * The one owner of a capture's end: notices what ends it, decides when it ends, and until when
 * captured packets may still be written. One poll(2) looks at signals (a signalfd(2)) and end of
 * file together, so that none is missed.
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
    STOP_STDOUT, /* stdout has no reader any more */
    STOP_PEER,   /* stdout is a socket and its peer sends no more; the peer may still read */
    STOP_DURATION, /* the policy's max_duration has passed */
    STOP_IDLE,   /* stdin is not a control channel, and nothing was captured for CONTROL_IDLE_MS */
    STOP_BROKEN, /* the interface is gone; told by control_stop */
};

enum {
    CONTROL_IDLE_MS = 600000,
    CONTROL_END_MS = 30000, /* after the stop, to write what was captured */
    CONTROL_TWICE_MS = 200, /* a signal this soon after the stop is no second one: timeout(1) sends
                               two, and the end of a session closes stdin and sends SIGTERM */
};

struct control {
    int signal_fd;        /* -1 until control_catch_signals */
    int input_fd;         /* stdin as a control channel; -1 if it is not one */
    int output_fd;        /* stdout */
    bool output_socket;   /* it is a socket: poll must be asked whether its peer has gone */
    short capture_events; /* of the last control_wait */
    bool idle_limit;      /* STOP_IDLE applies */
    struct tick *tick;
    int64_t end;         /* clock_ms() at which max_duration has passed; INT64_MAX: never */
    int64_t last_packet; /* clock_ms() of it, or of the start */

    enum stop stop;     /* the first reason seen; stays */
    int64_t stopped_at; /* clock_ms() */
    /* clock_ms() after which a blocked write is given up; INT64_MAX before the stop */
    int64_t deadline;
    void (*stopped)(void *context); /* called once, at the moment of the stop; NULL: nothing */
    void *context;
};

/*
 * stdin is a control channel if it is a pipe or a socket, and not at end of file already. A
 * terminal is left alone. Anything else sets idle_limit. max_duration is in seconds; 0 means no
 * limit.
 */
void control_open(struct control *control, int input_fd, int output_fd, uint32_t max_duration,
                  struct tick *tick);

/*
 * Blocks the signals, and reads them from now on. Before this call they end the process, as they do
 * by default: call it after work that may take long (names are resolved). 0 or a negative errno.
 */
int control_catch_signals(struct control *control);

/*
 * Waits until the capture's descriptor is ready, something ends the capture, or `timeout`
 * milliseconds have passed (-1: no limit). With capture_fd -1 it looks at what ends the capture,
 * and does not wait for packets. Decides whether the capture ends, and returns control->stop. A
 * signal after the stop sets the deadline to now. control->capture_events has poll(2)'s result for
 * the capture's descriptor.
 */
enum stop control_wait(struct control *control, int capture_fd, int timeout);

/* Ends the capture for a reason that the caller has found. */
void control_stop(struct control *control, enum stop reason);

/* Reads and discards input; its end stops the capture. Does not block, even if there is nothing to
 * read. */
void control_take_input(struct control *control);

/* Tells control that the capture is not idle: packets were captured, or wait for a slow reader. */
void control_busy(struct control *control);

/* Whether time ends the capture at `now` (clock_ms): STOP_DURATION, STOP_IDLE or STOP_NONE. */
enum stop control_expired(const struct control *control, int64_t now);

/* The stop in a few words, for a message. */
const char *control_stop_text(enum stop stop);

#endif
