/*
 * What names need from outside (core/naming.h): the host names of the app's bound services, from
 * Cloud Controller, and what they resolve to, from a container. Each is asked for once, and the
 * second may begin before the first, which was killed, has come to its end.
 *
 * Services come with their passwords: the answer is in memory alone, and overwritten once its host
 * names are read. Where `cf` writes a trace into a file, they would be in that: so it is not asked.
 */
#ifndef ASKING_H
#define ASKING_H

#include <uv.h>

#include "cf.h"
#include "cf_call.h"
#include "core/core.h"

struct asking {
    /* The caller's, to be set before. */
    const struct cf *cf;
    const char *app, *guid, *process; /* its name, its GUID, the type of its process */
    struct core *core;
    void (*before)(void *owner); /* called before each event */
    void *owner;

    struct cf_call services, addresses;
};

/* Does one of the actions ACTION_SERVICES to ACTION_NAMING_AWAY. */
void asking_perform(struct asking *asking, uv_loop_t *loop, const struct core_action *action);

#endif
