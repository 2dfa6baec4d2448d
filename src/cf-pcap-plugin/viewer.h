/*
 * The program that shows a capture while it runs: Wireshark, or tshark, termshark. It reads the
 * capture from its standard input.
 *
 * A program with a window is started in a session of its own: ^C and the end of the terminal are
 * not for it, and it stays when the capture is over. tshark, which prints lines, is too, so that ^C
 * ends the capture, and tshark at the end of what it reads; it is waited for. termshark, which has
 * the whole terminal, needs to be in front there.
 */
#ifndef VIEWER_H
#define VIEWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "system/system.h"

enum viewer_kind { VIEWER_WINDOW, VIEWER_LINES, VIEWER_SCREEN };

struct viewer_events {
    void (*ended)(void *owner); /* its process has */
    /* It has room again, or reads no more: then it has ended, and viewer_failure knows how; or it
     * has not, a second later. */
    system_pipe_event *pipe;
};

struct viewer {
    const char *name; /* as the user is told; NULL: there is no viewer */
    char path[PATH_MAX];
    enum viewer_kind kind;
    int fd;                   /* what it reads is written here; -1: it was not started, or left */
    struct system_pipe *pipe; /* the same; NULL */
    int error;                /* of writing: it reads no more */
    bool runs;
    bool has_ended; /* thus: */
    int64_t status;
    int signal;
    uv_process_t process;
    uv_timer_t timer;
    const struct viewer_events *events;
    void *owner;
};

/* Finds the program: this one, or Wireshark if NULL. 0 or -ENOENT. */
int viewer_find(struct viewer *viewer, const char *program);

/* Starts it. 0 or a negative errno; -ENOEXEC and others: the program cannot be executed. */
int viewer_start(struct viewer *viewer, uv_loop_t *loop, const struct viewer_events *events,
                 void *owner);

/* Is there one that reads? */
bool viewer_reads(const struct viewer *viewer);

/* Writes what it has room for. How much; -EAGAIN: it takes nothing for now, and the event comes. */
ptrdiff_t viewer_write(struct viewer *viewer, const uint8_t *bytes, size_t length);

/* The end of what it reads. */
void viewer_leave(struct viewer *viewer);

/* Has it ended by itself, with a status that is not 0 or by a signal? Then the line that says so,
 * into `text`. ^C is the user's, and no failure. */
bool viewer_failure(const struct viewer *viewer, char *text, size_t size);

/* It lives in the terminal, and has not ended yet. */
bool viewer_holds_terminal(const struct viewer *viewer);

void viewer_kill(struct viewer *viewer);

#endif
