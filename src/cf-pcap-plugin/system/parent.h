/*
 * The process that started this one: `cf`. When it ends, nobody waits for the capture any more; a
 * shell that has got its prompt back must not see files grow behind it. Noticed at once where the
 * system can tell (Linux 5.3, macOS, Windows), else whenever it is looked at.
 */
#ifndef PARENT_H
#define PARENT_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

struct parent {
    int pid;
    intptr_t process; /* a descriptor or handle of it; -1: there is none */
};

struct parent_watch {
    union {
        uv_handle_t any;
        uv_poll_t poll;   /* posix */
        uv_async_t async; /* windows */
    } handle;
    void *wait; /* windows */
    void (*gone)(void *owner);
    void *owner;
    bool active;
};

/* To be called first of all: who is the parent? */
void parent_begin(struct parent *parent);

bool parent_is_gone(const struct parent *parent);

/* Has `gone` called once by the loop when it ends. parent_unwatch, before the loop is closed. */
void parent_watch(struct parent_watch *watch, const struct parent *parent, uv_loop_t *loop,
                  void (*gone)(void *owner), void *owner);
void parent_unwatch(struct parent_watch *watch);

#endif
