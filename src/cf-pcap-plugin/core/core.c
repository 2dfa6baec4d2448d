#include "core.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tell.h"

enum {
    FLUSH_INTERVAL = 20,       /* ms between writes that are not full */
    WORTH_READING = 16 * 1024, /* bytes of room in a session's ring */
    TIME_STOOD_STILL = 5000,   /* ms: nobody asked for so long, though a tick is a second at most */
};

int core_init(struct core *core, const struct core_config *config)
{
    *core = (struct core){.config = *config, .announced_at = UINT64_MAX, .wake = UINT64_MAX};
    core->writer = (struct writer){.format = config->pcapng ? &writer_pcapng : &writer_pcap,
                                   .buffer = &core->buffer,
                                   .filter = config->filter};
    if (config->output != NULL)
        snprintf(core->output, sizeof core->output, "%s",
                 config->to_stdout ? "standard output" : config->output);
    merge_init(&core->merge, config->expected, &core->writer, MERGE_WINDOW, MERGE_MEMORY);
    return buffer_init(&core->buffer);
}

void core_free(struct core *core)
{
    merge_free(&core->merge);
    buffer_free(&core->buffer);
    for (size_t i = 0; i < core->count; i++)
        free(core->instances[i]);
    for (size_t i = 0; i < core->absent_count; i++)
        free(core->absent[i]);
    free((void *)core->instances);
    free((void *)core->absent);
    *core = (struct core){.count = 0};
}

static int append(struct instance ***list, size_t *count, struct instance *instance)
{
    void *longer = realloc((void *)*list, (*count + 1) * sizeof(void *));

    if (longer == NULL)
        return -ENOMEM;
    *list = longer;
    (*list)[(*count)++] = instance;
    return 0;
}

int core_add(struct core *core, unsigned int index, const char *state, bool chosen)
{
    struct instance *instance = calloc(1, sizeof *instance);
    int result = -ENOMEM;

    if (instance == NULL)
        return result;
    instance->index = index;
    instance->chosen = chosen;
    snprintf(instance->name, sizeof instance->name, "%.100s/%u %.32s", core->config.app, index,
             core->config.interface);
    if (state != NULL) {
        snprintf(instance->absent, sizeof instance->absent, "%s", state);
        result = append(&core->absent, &core->absent_count, instance);
    } else {
        result = merge_add(&core->merge, &instance->session.stream, instance->name);
        if (result == 0)
            result = append(&core->instances, &core->count, instance);
    }
    if (result != 0)
        free(instance);
    return result;
}

static struct session *session_of(struct core *core, size_t number)
{
    return &core->instances[number]->session;
}

/* This process did not run for a while (SIGSTOP, a laptop that slept): nobody else was silent. */
static void move_time_on(struct core *core, uint64_t gap)
{
    for (size_t i = 0; i < core->count; i++) {
        struct session *session = session_of(core, i);

        session->started_at += gap;
        session->heard_at += gap;
        session->exited_at += gap;
        session->asked_at += gap;
        session->killed_at += gap;
        session->paused_at += gap;
    }
    core->blocked_since += gap;
}

void core_time(struct core *core, uint64_t now, int64_t clock)
{
    if (core->has_time && now - core->now > TIME_STOOD_STILL)
        move_time_on(core, now - core->now);
    core->has_time = true;
    core->now = now;
    core->clock = clock;
}

/* A second ^C is impatience. A second SIGHUP is not: a shell passes on what the kernel sends too.
 */
void core_signal(struct core *core, enum core_signal signal)
{
    if (signal == CORE_INTERRUPT && core->stop.reason != STOP_NONE)
        core->stop.at_once = true;
    stop_want(core, signal == CORE_CF_GONE ? STOP_CF_GONE : STOP_USER);
}

uint8_t *core_space(struct core *core, size_t number, size_t *length)
{
    struct session *session = session_of(core, number);
    uint8_t *space = merge_space(&core->merge, number, length);

    if (*length == 0 && !session->paused) {
        session->paused = true;
        session->paused_at = core->now;
    }
    return space;
}

void core_received(struct core *core, size_t number, size_t length)
{
    session_heard(session_of(core, number), core->now);
    merge_fed(&core->merge, number, length, core->now);
    core->merge_is_due = true;
}

void core_message(struct core *core, size_t number, const char *bytes, size_t length)
{
    session_message(session_of(core, number), bytes, length, core->now);
}

void core_start_failed(struct core *core, size_t number, int error)
{
    struct session *session = session_of(core, number);

    session->cause = CAUSE_START_FAILED;
    session->exited = session->stdout_ended = session->stderr_ended = true;
    session->status = error;
}

void core_stdout_ended(struct core *core, size_t number)
{
    session_of(core, number)->stdout_ended = true;
    merge_end(&core->merge, number);
    core->merge_is_due = true;
}

void core_stderr_ended(struct core *core, size_t number)
{
    session_of(core, number)->stderr_ended = true;
}

void core_exited(struct core *core, size_t number, int status)
{
    struct session *session = session_of(core, number);

    session->exited = true;
    session->status = status;
    session->exited_at = core->now;
}

void core_opened(struct core *core, const char *name, bool is_file)
{
    core->output_state = OUTPUT_READY;
    core->output_was_opened = true;
    core->output_is_file = is_file;
    if (name != NULL)
        snprintf(core->output, sizeof core->output, "%s", name);
}

void core_wrote(struct core *core, size_t length)
{
    buffer_took(&core->buffer, length);
    core->flushed_at = core->now;
    core->output_state = OUTPUT_READY;
}

void core_blocked(struct core *core)
{
    core->output_state = OUTPUT_BLOCKED;
    core->blocked_since = core->now;
}

void core_unblocked(struct core *core)
{
    if (core->output_state == OUTPUT_BLOCKED)
        core->output_state = OUTPUT_READY;
}

/* An output that nobody reads any more is a wish to stop; anything else that it refuses a failure.
 */
void core_output_failed(struct core *core, int error)
{
    core->output_state = OUTPUT_FAILED;
    core->output_error = error;
    core->cut = merge_give_up(&core->merge);
    stop_want(core, error == -EPIPE ? STOP_OUTPUT_CLOSED : STOP_OUTPUT_FAILED);
    core->stop.at_once = true;
}

void core_closed(struct core *core, int error)
{
    core->output_state = OUTPUT_CLOSED;
    if (error != 0 && core->output_error == 0)
        core->output_error = error;
}

/* What has to be done with the output. */

static int act(struct core *core, struct core_action *action, enum output_state state,
               enum core_action_kind kind)
{
    core->output_state = state;
    action->until = core->cut;
    return (int)(action->kind = kind);
}

/* Puts what the tools counted at the end of the output. 0 or -EAGAIN. */
static int write_statistics(struct core *core)
{
    for (; core->statistics < core->count; core->statistics++) {
        struct session *session = session_of(core, core->statistics);
        int result = 0;

        if (session->stream.opened && session->has_drops)
            result = core->writer.format->statistics(&core->writer, &session->stream.out,
                                                     session->received, session->drops);
        if (result != 0)
            return result;
    }
    return 0;
}

/* Fills the buffer with all that may be written by now. True: it is to be emptied at once. */
static bool fill(struct core *core)
{
    bool full = false;

    if (core->merge_is_due || core->now >= core->wake) {
        full = merge_run(&core->merge, core->now, &core->wake) != 0;
        core->merge_is_due = full;
        for (size_t i = 0; i < core->count; i++)
            session_look_at_clock(session_of(core, i), core->clock);
    }
    if (!full && stop_is_over(core) && core->output_was_opened)
        return write_statistics(core) != 0 || core->buffer.used > 0;
    return full || core->buffer.urgent;
}

static int write_or_close(struct core *core, struct core_action *action)
{
    bool at_once = fill(core);

    if (core->buffer.used > 0 && core->output_state == OUTPUT_NONE)
        return act(core, action, OUTPUT_OPENING, ACTION_OPEN);
    if (core->buffer.used > 0 && (at_once || core->now - core->flushed_at >= FLUSH_INTERVAL)) {
        action->bytes = buffer_next(&core->buffer, &action->length);
        return act(core, action, OUTPUT_WRITING, ACTION_WRITE);
    }
    if (!stop_is_over(core) || core->buffer.used > 0)
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

static int next_for_output(struct core *core, struct core_action *action)
{
    if (core->output_state == OUTPUT_BLOCKED)
        lose_patience(core);
    switch (core->output_state) {
    case OUTPUT_NONE:
    case OUTPUT_READY:
        return write_or_close(core, action);
    case OUTPUT_FAILED:
        if (core->output_was_opened && core->output_is_file)
            return act(core, action, OUTPUT_CUT, ACTION_CUT);
        core->output_state = OUTPUT_CUT;
        /* fall through */
    case OUTPUT_CUT:
        if (core->output_was_opened)
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
    session->heard_at = core->now;
    session->asked_at += core->now - session->paused_at;
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
        int kind = next_for_session(core, session_of(core, i));

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
    if (writes && core->buffer.used > 0 && flush < until)
        until = flush;
    return until;
}

enum core_action_kind core_next(struct core *core, struct core_action *action)
{
    int kind;

    *action = (struct core_action){.kind = ACTION_WAIT};
    do {
        kind = next_for_output(core, action);
        if (kind == ACTION_WAIT)
            kind = next_for_sessions(core, action);
        stop_look(core);
        /* That a session is over may be the last thing that the merge has waited for. */
    } while (kind == ACTION_WAIT && core->merge_is_due && core->output_state <= OUTPUT_READY &&
             core->output_state != OUTPUT_OPENING);
    if (kind == ACTION_WAIT)
        kind = tell_next(core, action);
    if (kind == ACTION_WAIT)
        action->until = wake(core);
    return action->kind = (enum core_action_kind)kind;
}
