#include "stop.h"

#include "core.h"

enum {
    TICK = 1000, /* ms between looks at the sessions; a clock that jumps more has been stopped */
    TICK_CLOSE = 250 /* ms, while somebody watches or something is to end */
};

/* Why is a stop wanted? */

void stop_want(struct core *core, enum stop_reason reason)
{
    if (core->stop.reason != STOP_NONE)
        return;
    core->stop.reason = reason;
    core->stop.at = core->now;
    core->stop.clock = core->clock;
    for (size_t i = 0; i < core->output_count; i++) /* no packet waits for keys any more */
        core->outputs[i]->merge_is_due = true;
}

void stop_saving(struct core *core, enum stop_reason reason)
{
    stop_want(core, reason);
    outputs_finish(core);
}

uint64_t stop_reserve(uint64_t wanted, uint64_t disk)
{
    const uint64_t least = 100000000, most = 1000000000;
    uint64_t part = disk / 20;

    if (wanted != UINT64_MAX)
        return wanted;
    return part < least ? least : part > most ? most : part;
}

static bool all_sessions_are_over(const struct core *core)
{
    for (size_t i = 0; i < core->count; i++)
        if (core->instances[i]->session.state != SESSION_OVER)
            return false;
    return true;
}

void stop_look(struct core *core)
{
    if (core->config.duration > 0 && core->announced_at != UINT64_MAX &&
        core->now - core->announced_at >= core->config.duration)
        stop_want(core, STOP_DURATION);
    if (core->full == NULL)
        core->full = outputs_full_disk(core);
    if (core->full != NULL)
        stop_want(core, STOP_DISK);
    for (size_t i = 0; i < core->count; i++)
        if (core->instances[i]->session.stream.state == MERGE_REFUSED)
            stop_want(core, STOP_LINK_TYPES);
    if (all_sessions_are_over(core) && follow_all_ended(core))
        stop_want(core, STOP_ALL_ENDED);
}

/* What becomes of a session? */

static bool child_is_gone(const struct session *session)
{
    return session->exited && session->stdout_ended && session->stderr_ended;
}

/* Was its last packet captured after the tool was told to end? */
static bool captures_on(const struct core *core, const struct session *session)
{
    int64_t time = (int64_t)session->stream.stream.packet.time;

    return core->stop.reason != STOP_NONE && session->has_skew &&
           time - session->skew > core->stop.clock + STOP_GRACE * 1000000LL;
}

static bool is_silent(const struct core *core, const struct session *session, uint64_t limit)
{
    uint64_t since = session_listened_since(session);

    /* What is in the pipes of a child that is gone may take a moment. */
    if (session->exited && session->exited_at > since)
        since = session->exited_at;
    return core->now - since >= limit;
}

/* It is to end, for that reason. `until`: when what is missing of it began. */
static void leave_for(struct session *session, enum session_cause cause, uint64_t until)
{
    if (session->cause != CAUSE_NONE)
        return;
    session->cause = cause;
    session->captured_until = until;
}

static int end_input(struct core *core, struct session *session, enum session_cause cause,
                     uint64_t until)
{
    leave_for(session, cause, until);
    session->state = SESSION_ENDING;
    session->asked_at = core->now;
    return ACTION_END_INPUT;
}

static int kill_child(struct core *core, struct session *session)
{
    session->cut_off = !stream_is_over(session->stream.stream.state);
    session->state = SESSION_KILLED;
    session->killed_at = core->now;
    return session->exited ? ACTION_WAIT : ACTION_KILL;
}

static struct core_output *output_of(const struct core *core, const struct session *session)
{
    return core->instances[session->number]->output;
}

/* When its last packet came, or the tool was known to run. */
static uint64_t last_alive(const struct core *core, const struct session *session)
{
    int64_t time = (int64_t)session->stream.stream.packet.time - session->skew;
    uint64_t alive =
        session->beat_at > session->captured_from ? session->beat_at : session->captured_from;
    uint64_t ago = time < core->clock ? (uint64_t)(core->clock - time) / 1000000 : 0;

    return session->has_skew && ago < core->now && core->now - ago > alive ? core->now - ago
                                                                           : alive;
}

/* The kernel ended the tool, say for want of memory: of that the SSH daemon tells only when what
 * gives signs of life has noticed it. */
static bool tool_was_killed(const struct session *session)
{
    return session->cause == CAUSE_ITSELF && session->killed_at == 0 && session->status > 128 &&
           session->captured_from != UINT64_MAX;
}

static int over(struct core *core, struct session *session, int action)
{
    struct core_output *output = output_of(core, session);
    uint64_t alive = tool_was_killed(session) ? last_alive(core, session) : UINT64_MAX;

    if (alive < session->captured_until)
        session->captured_until = alive;
    /* Asked to end, and never heard of again: since the last sign of life all may be missing. */
    if (session->cause == CAUSE_STOP && session->state == SESSION_KILLED && !session->answered &&
        session->heard_at < session->captured_until)
        session->captured_until = session->heard_at;
    session->state = SESSION_OVER;
    merge_end(&output->merge, session->stream.out.number);
    output->merge_is_due = true;
    if (output->error != 0) /* it may have begun since that failed */
        merge_give_up(&output->merge);
    return action;
}

static int wait_for_turn(struct core *core, struct session *session)
{
    if (core->stop.reason != STOP_NONE) {
        leave_for(session, CAUSE_STOP, core->stop.at);
        return over(core, session, ACTION_WAIT);
    }
    if (output_of(core, session)->error != 0) {
        leave_for(session, CAUSE_OUTPUT, core->now);
        return over(core, session, ACTION_WAIT);
    }
    if (!logins_has_turn(core, session))
        return ACTION_WAIT;
    session->state = SESSION_LOGGING_IN;
    session->started_at = session->heard_at = core->now;
    return ACTION_START;
}

static int run(struct core *core, struct session *session)
{
    if (session->misplaced) {
        leave_for(session, CAUSE_MISPLACED, core->now);
        return kill_child(core, session);
    }
    if (session->stream.state == MERGE_REFUSED)
        return end_input(core, session, CAUSE_REFUSED, core->now);
    if (core->stop.reason != STOP_NONE)
        return end_input(core, session, CAUSE_STOP, core->stop.at);
    if (output_of(core, session)->error != 0)
        return end_input(core, session, CAUSE_OUTPUT, core->now);
    if (session->exited || session->stdout_ended || merge_stream_is_over(&session->stream) ||
        stream_is_over(session->stream.stream.state))
        return end_input(core, session, CAUSE_ITSELF, core->now);
    if (session->state == SESSION_CAPTURING && session_is_lost(session, core->now)) {
        leave_for(session, CAUSE_LOST, session->heard_at);
        return kill_child(core, session);
    }
    if (session->state == SESSION_CAPTURING)
        /* With its last counts the tool is through; what gives signs of life ends at once then. */
        return session->has_drops ? end_input(core, session, CAUSE_ITSELF, core->now) : ACTION_WAIT;
    if (session->stream.begun) {
        session->state = SESSION_CAPTURING;
        session->captured_from = core->now;
        logins_succeeded(core, session);
        if (core->config.follow)
            follow_begun(core, core->instances[session->number]);
    } else if (core->now - session->started_at >= LOGIN_LIMIT) {
        leave_for(session, CAUSE_LOGIN_LIMIT, core->now);
        return kill_child(core, session);
    }
    return ACTION_WAIT;
}

/* A login that failed, and may succeed later. All that it sent has been looked at: it was none. */
static bool begins_again(struct core *core, struct session *session)
{
    if (!logins_may_pass(core, session))
        return false;
    if (session->cause == CAUSE_START_FAILED || merge_stream_is_over(&session->stream))
        logins_again(core, session);
    return true;
}

static int end(struct core *core, struct session *session)
{
    bool stop = core->stop.reason != STOP_NONE;

    if (child_is_gone(session) && begins_again(core, session))
        return session->state == SESSION_WAITING ? ACTION_LET_GO : ACTION_WAIT;
    if (child_is_gone(session))
        return over(core, session, ACTION_LET_GO);
    if (core->stop.at_once)
        return kill_child(core, session);
    if (stop && session->asked_at < core->stop.at)
        session->asked_at = core->stop.at; /* it had ended before: from now on it is waited for */
    uint64_t asked = core->now - session->asked_at;
    if (session->paused || asked < STOP_SILENCE)
        return ACTION_WAIT;
    if (asked >= STOP_PATIENCE && (stop || merge_stream_is_over(&session->stream)))
        return kill_child(core, session);
    bool silent = is_silent(core, session, STOP_SILENCE);
    bool wanted =
        session->stream.state != MERGE_FINISHED && session->stream.state != MERGE_ABANDONED;
    if (silent || captures_on(core, session) || (!wanted && asked >= STOP_UNWANTED)) {
        /* In the pipes of a child that is gone there is nothing that could hang. */
        session->fell_silent = silent && wanted && !session->exited && !session->stdout_ended;
        int action = kill_child(core, session);

        session->cut_off = false; /* it had the time, or the rest is not wanted */
        return action;
    }
    return ACTION_WAIT;
}

static int die(struct core *core, struct session *session)
{
    uint64_t since = core->now - session->killed_at;

    if (child_is_gone(session) || (session->exited && since >= KILL_SILENCE && !session->paused &&
                                   is_silent(core, session, KILL_SILENCE)))
        return over(core, session, ACTION_LET_GO);
    return since >= KILL_PATIENCE && !session->paused ? over(core, session, ACTION_LET_GO)
                                                      : ACTION_WAIT;
}

int stop_session(struct core *core, struct session *session)
{
    switch (session->state) {
    case SESSION_WAITING:
        return wait_for_turn(core, session);
    case SESSION_LOGGING_IN:
    case SESSION_CAPTURING:
        return run(core, session);
    case SESSION_ENDING:
        return end(core, session);
    case SESSION_KILLED:
        return die(core, session);
    case SESSION_OVER:
        break;
    }
    return ACTION_WAIT;
}

void stop_begin_again(struct core *core, struct session *session)
{
    struct core_output *output = output_of(core, session);

    merge_again(&output->merge, session->stream.out.number);
    session_again(session);
    output->merge_is_due = true;
}

/* Is all over? */

bool stop_is_over(struct core *core)
{
    core->is_over = core->is_over || (all_sessions_are_over(core) && outputs_are_through(core) &&
                                      keys_are_over(core) &&
                                      (!core->config.follow || core->stop.reason != STOP_NONE));
    return core->is_over;
}

uint64_t stop_wake(const struct core *core)
{
    bool close = core->config.live || core->stop.reason != STOP_NONE;
    uint64_t wake = core->now + (close ? TICK_CLOSE : TICK);

    for (size_t i = 0; i < core->count; i++)
        if (core->instances[i]->session.state >= SESSION_ENDING &&
            core->instances[i]->session.state < SESSION_OVER)
            wake = core->now + TICK_CLOSE;
    if (logins_wake(core) < wake)
        wake = logins_wake(core);
    if (follow_wake(core) < wake)
        wake = follow_wake(core);
    if (core->config.duration > 0 && core->announced_at != UINT64_MAX &&
        core->stop.reason == STOP_NONE && core->announced_at + core->config.duration < wake)
        wake = core->announced_at + core->config.duration;
    return wake;
}
