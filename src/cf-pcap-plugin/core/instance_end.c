#include <stdio.h>
#include <string.h>

#include "ending.h"
#include "tell.h"

/* The ends of instances. */

static void explain(const struct core *core, struct instance *instance)
{
    const struct session *session = &instance->session;
    struct ending ending = {.app = core->config.app,
                            .stream = &session->stream.stream,
                            /* What a child died of that was killed here says nothing. */
                            .status = session->killed_at != 0 ? 0 : session->status,
                            .messages = session->messages,
                            .messages_length = session->messages_length,
                            .http_proxy_alone = core->config.http_proxy_alone};
    enum verdict verdict = ending_explain(&ending, instance->why, sizeof instance->why);

    if (session->tries > 0 && !session->stream.opened) {
        size_t used = strlen(instance->why);

        snprintf(instance->why + used, sizeof instance->why - used, " (tried %u times)",
                 session->tries + 1);
    }
    instance->orderly = verdict == VERDICT_ENDED && session->killed_at == 0;
    instance->failed = !instance->orderly;
    instance->no_shell = verdict == VERDICT_NO_SHELL;
    instance->refused = verdict == VERDICT_SSH_REFUSED;
    instance->login_failed = verdict == VERDICT_SSH_REFUSED || verdict == VERDICT_LOGIN_FAILED;
}

/* It was asked to end with all others. */
static void end_of_stopped(const struct core *core, struct instance *instance)
{
    const struct session *session = &instance->session;
    const char *why = NULL;

    /* With a status of its own the tool failed, or lost packets over it. */
    if (session->status > 0 && session->status < 126) {
        explain(core, instance);
        return;
    }
    if (core->stop.reason == STOP_OUTPUT_CLOSED && session->stream.begun)
        return; /* nothing more was wanted */
    if (session->stream.state == MERGE_REFUSED)
        instance->failed = true;
    else if (!session->stream.begun)
        why = session->started_at == 0 && session->status == 0 && !session->exited &&
                      session->tries == 0
                  ? "its turn to log in had not come when the capture was stopped"
                  : "it was still logging in when the capture was stopped";
    else if (session->fell_silent && !session->answered)
        why = "its connection hangs: it did not answer when it was asked to end, and what it "
              "captured since its last sign of life is missing";
    else if (session->fell_silent)
        why = "it fell silent after it was asked to end, and did not end: what it had not sent by "
              "then is missing";
    else if (session->cut_off && !core->stop.at_once)
        why = "it was still sending two minutes after it was asked to end: the rest is missing";
    instance->failed |= why != NULL || session->cut_off;
    if (why != NULL)
        snprintf(instance->why, sizeof instance->why, "%s", why);
}

void tell_end(struct core *core, struct instance *instance)
{
    instance->ended = true;
    switch (instance->session.cause) {
    case CAUSE_NONE:
    case CAUSE_STOP:
        end_of_stopped(core, instance);
        break;
    case CAUSE_OUTPUT: /* why is told of the output */
    case CAUSE_REFUSED:
        instance->failed = true;
        break;
    case CAUSE_LOGIN_LIMIT:
        instance->failed = true;
        snprintf(instance->why, sizeof instance->why,
                 "it did not log in within %d seconds: 'cf ssh %s -i %u' should show where it "
                 "hangs",
                 LOGIN_LIMIT / 1000, core->config.app, instance->index);
        break;
    case CAUSE_LOST:
        instance->failed = true;
        snprintf(instance->why, sizeof instance->why,
                 "the connection is dead: no sign of life for %d seconds", STALL_LIMIT / 1000);
        break;
    case CAUSE_MISPLACED:
        break;
    case CAUSE_ITSELF:
    case CAUSE_START_FAILED:
        explain(core, instance);
        break;
    }
}
