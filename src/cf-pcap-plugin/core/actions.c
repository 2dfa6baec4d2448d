/* What has to be done next: core_next. */
#include "core.h"
#include "probe.h"
#include "tell.h"

enum { WORTH_READING = 16 * 1024 /* bytes of room in a session's ring */ };

/* Reads on where reading was stopped, if there is room again. */
static bool reads_on(struct core *core, struct session *session)
{
    size_t length;

    if (!session->paused || session->state == SESSION_OVER ||
        stream_room(&session->stream.stream) < WORTH_READING)
        return false;
    stream_space(&session->stream.stream, &length);
    if (length == 0)
        return false;
    session->paused = false;
    session->resumed_at = core->now;
    if (session->state == SESSION_ENDING) /* it could not send, and had no time of its own */
        session->asked_at +=
            core->now -
            (session->paused_at > session->asked_at ? session->paused_at : session->asked_at);
    return true;
}

static int next_for_session(struct core *core, struct session *session)
{
    enum session_state before;
    int kind;

    do {
        before = session->state;
        kind = stop_session(core, session);
    } while (kind == ACTION_WAIT && session->state != before);
    return kind == ACTION_WAIT && reads_on(core, session) ? ACTION_READ : kind;
}

static int next_for_sessions(struct core *core, struct core_action *action)
{
    for (size_t i = 0; i < core->count; i++) {
        int kind = next_for_session(core, &core->instances[i]->session);

        if (kind != ACTION_WAIT) {
            action->session = i;
            return kind;
        }
    }
    return ACTION_WAIT;
}

static uint64_t wake(const struct core *core)
{
    uint64_t until = stop_wake(core), outputs = outputs_wake(core);

    if (outputs < until)
        until = outputs;
    return keys_wake(core) < until ? keys_wake(core) : until;
}

enum core_action_kind core_next(struct core *core, struct core_action *action)
{
    enum stop_reason reason;
    int kind;

    *action = (struct core_action){.kind = ACTION_WAIT};
    do {
        reason = core->stop.reason;
        kind = outputs_next(core, action);
        if (kind == ACTION_WAIT)
            kind = next_for_sessions(core, action);
        if (kind == ACTION_WAIT)
            kind = keys_next(core, action);
        if (kind == ACTION_WAIT)
            kind = follow_next(core);
        stop_look(core);
        if (kind == ACTION_WAIT)
            kind = naming_next(core, action); /* nothing is asked for once there is a stop */
        /* That a session is over may be the last thing that the merge has waited for. */
    } while (kind == ACTION_WAIT && (reason != core->stop.reason || outputs_are_due(core)));
    if (kind == ACTION_WAIT)
        kind = core->config.check ? probe_next(core, action) : tell_next(core, action);
    if (kind == ACTION_WAIT)
        action->until = wake(core);
    return action->kind = (enum core_action_kind)kind;
}
