/*
 * --check: what came of the sessions whose command is command_make_check's. The core runs them as
 * those of a capture, with its limits of time and number, and tells the user nothing: how far each
 * came is looked at when all are over.
 */
#ifndef PROBE_H
#define PROBE_H

#include "core.h"

/* In the order in which a capture comes by them. */
enum probe_step {
    PROBE_CONNECTION, /* SSH into the container, and a shell there */
    PROBE_TOOL,       /* is there, and can be started */
    PROBE_POLICY,     /* of the operator: allows it */
    PROBE_CAPABILITY, /* is granted, and the interface opened */
    PROBE_PASSED,     /* nothing would stop a capture */
};

/* The instance's session is over: which step did it not come by? Its `why` has the reason. */
enum probe_step probe_step_of(const struct instance *instance);

/* A line of its messages that begins so, and what follows on it, fit to be shown; "": there is
 * none. Returns `text`. */
const char *probe_line(char *text, size_t size, const struct instance *instance,
                       const char *beginning);

/* In the place of tell_next. */
int probe_next(struct core *core, struct core_action *action);

#endif
