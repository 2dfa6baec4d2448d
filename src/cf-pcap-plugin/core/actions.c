/* What has to be done next: core_next. */
#include <errno.h>

#include "core.h"
#include "probe.h"
#include "tell.h"

enum {
    FLUSH_INTERVAL = 20,       /* ms between writes that are not full */
    WORTH_READING = 16 * 1024, /* bytes of room in a session's ring */
    DISK_INTERVAL = 1000, /* ms between looks at the disk, or so many bytes that are written: */
    DISK_BYTES = 8 * 1000 * 1000,
};

/* What has to be done with the output. */

static int act(struct core *core, struct core_action *action, enum output_state state,
               enum core_action_kind kind)
{
    core->output_state = state;
    action->until = core->cut;
    return (int)(action->kind = kind);
}

/* What the clock has shown then: nanoseconds since 1970. */
static uint64_t clock_at(const struct core *core, uint64_t time)
{
    return time == 0 || time > core->now
               ? 0
               : (uint64_t)(core->clock - (int64_t)(core->now - time) * 1000000);
}

static void look_at_clock(const struct core *core, struct instance *instance)
{
    if (instance->captured_since == 0 && instance->session.captured_from != UINT64_MAX)
        instance->captured_since = instance->session.captured_from;
    session_look_at_clock(&instance->session, core->clock);
}

/* Puts what the tools counted at the end of the output; at the end of a file that others follow,
 * what they have until now. 0 or -EAGAIN. */
static int write_statistics(struct core *core)
{
    for (; core->statistics < core->count; core->statistics++) {
        struct instance *instance = core->instances[core->statistics];
        struct session *session = &instance->session;
        bool goes_on = core->rotation.ends && session->cause == CAUSE_NONE;
        bool known = instance_has_drops(instance);
        const struct writer_statistics statistics = {
            .has_counts = known || instance_drops(instance) > 0,
            .received = known ? instance_received(instance)
                              : session->stream.counts.packets + instance_drops(instance),
            .dropped = instance_drops(instance),
            .begin = clock_at(core, instance->captured_since),
            .end = clock_at(core, goes_on ? core->now : session->captured_until),
        };
        int result = 0;

        if (session->stream.opened && session->stream.output == core->merge.output)
            result =
                core->writer.format->statistics(&core->writer, &session->stream.out, &statistics);
        if (result != 0)
            return result;
    }
    return 0;
}

/* Is there something to write? Headers alone are no reason to begin another file. */
static bool has_bytes(const struct core *core)
{
    return core->buffer.used > 0 && (core->output_state != OUTPUT_NONE ||
                                     core->rotation.files == 0 || core->merge.has_packet);
}

/* Writes up to a bound. True: there is more, but the buffer is full. */
static bool run_merge(struct core *core)
{
    rotation_bounds(core);
    core->merge.holds =
        core->config.tls_keys != NULL && (core->stop.reason == STOP_NONE || !keys_are_over(core));
    int result = merge_run(&core->merge, core->now, &core->wake);

    core->rotation.full = result == -EOVERFLOW;
    if (core->merge.bounds.packets == 0)
        stop_saving(core, STOP_COUNT);
    else if (result == -EFBIG)
        stop_saving(core, STOP_SIZE);
    return result == -EAGAIN && !merge_is_done(&core->merge);
}

/* Fills the buffer with all that may be written by now. True: it is to be emptied at once. */
static bool fill(struct core *core)
{
    bool full = false;

    if (core->rotation.ends)
        return write_statistics(core) != 0 || core->buffer.used > 0;
    if (core->merge_is_due || core->now >= core->wake) {
        full = (core->writer.begun && core->writer.format->names(&core->writer) != 0) ||
               run_merge(core);
        core->merge_is_due = full;
        for (size_t i = 0; i < core->count; i++)
            look_at_clock(core, core->instances[i]);
    }
    if (!full && stop_is_over(core) && core->output_is_open)
        return merge_put_secrets(&core->merge) != 0 || write_statistics(core) != 0 ||
               core->buffer.used > 0;
    return full || core->buffer.urgent;
}

static bool wants_to_see_disk(struct core *core)
{
    struct disk *disk = &core->disk;

    if (core->output_state != OUTPUT_READY || (core->config.reserve == 0 && !core->config.live) ||
        (disk->looked_at != 0 && core->now - disk->looked_at < DISK_INTERVAL &&
         core->written - disk->looked_behind < DISK_BYTES))
        return false;
    disk->looked_at = core->now;
    disk->looked_behind = core->written;
    return true;
}

static int write_or_close(struct core *core, struct core_action *action)
{
    if (wants_to_see_disk(core))
        return ACTION_DISK;
    action->until = rotation_remove(core);
    if (action->until != 0)
        return ACTION_REMOVE;
    bool at_once = fill(core);

    if (has_bytes(core) && core->output_state == OUTPUT_NONE)
        return act(core, action, OUTPUT_OPENING, ACTION_OPEN);
    if (!core->rotation.ends && core->output_is_open && rotation_is_due(core)) {
        core->rotation.ends = true;
        at_once = fill(core);
    }
    if (has_bytes(core) && (at_once || core->now - core->flushed_at >= FLUSH_INTERVAL)) {
        action->bytes = buffer_next(&core->buffer, &action->length);
        return act(core, action, OUTPUT_WRITING, ACTION_WRITE);
    }
    if ((!stop_is_over(core) && !core->rotation.ends) || has_bytes(core))
        return ACTION_WAIT;
    if (core->output_state != OUTPUT_NONE)
        return act(core, action, OUTPUT_CLOSING, ACTION_CLOSE);
    core->output_state = OUTPUT_CLOSED;
    return ACTION_WAIT;
}

/* After a stop nobody waits for ever for whoever reads the output. */
static void lose_patience(struct core *core)
{
    if (core->stop.reason == STOP_NONE)
        return;
    if (core->stop.at_once)
        core_output_failed(core, -ECANCELED);
    else if (core->now - core->blocked_since >= OUTPUT_PATIENCE &&
             core->now - core->stop.at >= OUTPUT_PATIENCE)
        core_output_failed(core, -ETIMEDOUT);
}

/* Wireshark does not close what it reads when its capture is stopped; it just reads no more. */
static bool leave_viewer(struct core *core)
{
    bool stuck = core->now - core->blocked_since >= VIEWER_PATIENCE;

    if (!core->viewer_shows || core->output_state != OUTPUT_BLOCKED ||
        (!stuck && (!core->stop.at_once || core->config.viewer_alone)))
        return false;
    core->viewer_stuck = stuck;
    core_viewer_gone(core);
    return !core->config.viewer_alone;
}

static int next_for_output(struct core *core, struct core_action *action)
{
    if (leave_viewer(core))
        return ACTION_LEAVE_VIEWER;
    if (core->output_state == OUTPUT_BLOCKED)
        lose_patience(core);
    switch (core->output_state) {
    case OUTPUT_NONE:
    case OUTPUT_READY:
        return write_or_close(core, action);
    case OUTPUT_FAILED:
        if (core->output_is_open && core->output_is_file)
            return act(core, action, OUTPUT_CUT, ACTION_CUT);
        core->output_state = OUTPUT_CUT;
        /* fall through */
    case OUTPUT_CUT:
        if (core->output_is_open)
            return act(core, action, OUTPUT_CLOSING, ACTION_CLOSE);
        core->output_state = OUTPUT_CLOSED;
        break;
    case OUTPUT_OPENING:
    case OUTPUT_WRITING:
    case OUTPUT_BLOCKED:
    case OUTPUT_CLOSING:
    case OUTPUT_CLOSED:
        break;
    }
    return ACTION_WAIT;
}

/* What has to be done with the sessions. */

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
    uint64_t until = stop_wake(core), flush = core->flushed_at + FLUSH_INTERVAL;
    bool writes = core->output_state == OUTPUT_READY || core->output_state == OUTPUT_NONE;

    if (writes && core->wake < until)
        until = core->wake;
    if (writes && has_bytes(core) && flush < until)
        until = flush;
    if (keys_wake(core) < until)
        until = keys_wake(core);
    if (rotation_wake(core) < until)
        until = rotation_wake(core);
    return until;
}

enum core_action_kind core_next(struct core *core, struct core_action *action)
{
    enum stop_reason reason;
    int kind;

    *action = (struct core_action){.kind = ACTION_WAIT};
    do {
        reason = core->stop.reason;
        kind = next_for_output(core, action);
        if (kind == ACTION_WAIT)
            kind = next_for_sessions(core, action);
        if (kind == ACTION_WAIT)
            kind = keys_next(core, action);
        if (kind == ACTION_WAIT)
            kind = follow_next(core);
        stop_look(core);
        /* That a session is over may be the last thing that the merge has waited for. */
    } while (kind == ACTION_WAIT && (reason != core->stop.reason ||
                                     (core->merge_is_due && core->output_state <= OUTPUT_READY &&
                                      core->output_state != OUTPUT_OPENING)));
    if (kind == ACTION_WAIT)
        kind = core->config.check ? probe_next(core, action) : tell_next(core, action);
    if (kind == ACTION_WAIT)
        action->until = wake(core);
    return action->kind = (enum core_action_kind)kind;
}
