/*
 * One `cf ssh` child, of a session of the core or of a follower (core/keys.h): its process and its
 * three pipes, made events of the core. Once it was let go its memory is given back when all of its
 * handles are closed.
 */
#ifndef CHILD_H
#define CHILD_H

#include <stdbool.h>
#include <uv.h>

#include "cf.h"
#include "core/core.h"

struct child {
    struct core *core; /* NULL: it was let go, and has nothing to say any more */
    size_t session;
    bool follows_keys;           /* it is the follower of that number */
    void (*before)(void *owner); /* called before each event: what time is it? */
    void *owner;

    uv_process_t process;
    uv_pipe_t in, out, err;
    int open_handles;    /* of these four */
    bool verbose;        /* what it says on stderr is shown as it comes */
    char name[32];       /* for that */
    char messages[4096]; /* bytes of stderr, or of a follower's stdout, until they are handed on */
};

/* What a child is told to do. Strings stay the caller's. */
struct child_task {
    const struct cf *cf;
    const char *app, *process, *command;
    unsigned int index;
    const char *name; /* of the session, for the user */
    bool is_first;    /* of those with this command */
};

/* Starts it, in a session of its own, where ^C does not reach it; `child` has its first five fields
 * set. 0 or a negative errno: then it is gone already. */
int child_start(struct child *child, uv_loop_t *loop, const struct child_task *task);

void child_end_input(struct child *child);
void child_kill(struct child *child);
void child_read(struct child *child);

/* Closes what is open of it. No event comes of it any more. */
void child_let_go(struct child *child);

#endif
