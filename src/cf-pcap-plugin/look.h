/*
 * Which instances has the app now? Asked of Cloud Controller while a capture runs (--follow): which
 * process (GUID) of that type `cf ssh` goes to (cf_answer.h), then the instances of that very
 * process, because an app that is deployed has two processes of a type for a while.
 */
#ifndef LOOK_H
#define LOOK_H

#include <stdbool.h>
#include <uv.h>

#include "cf.h"
#include "cf_answer.h"
#include "cf_call.h"
#include "core/core.h"

struct looking {
    /* The caller's, to be set before. */
    const struct cf *cf;
    const char *app, *guid, *type; /* its name, its GUID, the type of its process */
    void (*answer)(void *owner, const struct core_listing *listing);
    void *owner;

    struct cf_call call;
    bool wanted; /* again, as soon as the one that was killed is over */
    enum looking_step { LOOKING_PROCESS, LOOKING_INSTANCES, LOOKING_WHY } step;
    struct cf_process process;
    char why[256]; /* it failed */
    uv_loop_t *loop;
};

/* `answer` is called once, with what it finds; never after look_away. */
void look_start(struct looking *looking, uv_loop_t *loop);
void look_away(struct looking *looking);

#endif
