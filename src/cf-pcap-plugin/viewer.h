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
    system_pipe_event *pipe;    /* it has room again, or reads no more */
};

struct viewer {
    const char *name; /* as the user is told; NULL: there is no viewer */
    char path[PATH_MAX];
    enum viewer_kind kind;
    int fd;                   /* what it reads is written here; -1: it was not started, or left */
    struct system_pipe *pipe; /* the same; NULL */
    bool runs;
    uv_process_t process;
    const struct viewer_events *events;
    void *owner;
};

/* Finds the program: this one, or Wireshark if NULL. 0 or -ENOENT. */
int viewer_find(struct viewer *viewer, const char *program);

/* Starts it. 0 or a negative errno. */
int viewer_start(struct viewer *viewer, uv_loop_t *loop, const struct viewer_events *events,
                 void *owner);

/* Is there one that reads? */
bool viewer_reads(const struct viewer *viewer);

/* Writes what it has room for. How much; -EAGAIN: it takes nothing for now; or a negative errno,
 * -EPIPE: it reads no more. */
ptrdiff_t viewer_write(const struct viewer *viewer, const uint8_t *bytes, size_t length);

/* The end of what it reads. */
void viewer_leave(struct viewer *viewer);

/* It lives in the terminal, and has not ended yet. */
bool viewer_holds_terminal(const struct viewer *viewer);

void viewer_kill(struct viewer *viewer);

#endif
