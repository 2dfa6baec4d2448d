/* One output: what has to be done with it next, and what becomes of that. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core.h"
#include "tell.h"

enum {
    FLUSH_INTERVAL = 20,  /* ms between writes that are not full */
    DISK_INTERVAL = 1000, /* ms between looks at the disk, or so many bytes that are written: */
    DISK_BYTES = 8 * 1000 * 1000,
};

static int act(struct core_output *output, struct core_action *action, enum output_state state,
               enum core_action_kind kind)
{
    output->state = state;
    action->until = output->cut;
    return (int)(action->kind = kind);
}

/* What the clock has shown then: nanoseconds since 1970. */
static uint64_t clock_at(const struct core *core, uint64_t time)
{
    return time == 0 || time > core->now
               ? 0
               : (uint64_t)(core->clock - (int64_t)(core->now - time) * 1000000);
}

static void look_at_clocks(const struct core *core, const struct core_output *output)
{
    for (size_t i = 0; i < core->count; i++) {
        struct instance *instance = core->instances[i];

        if (instance->output != output)
            continue;
        if (instance->captured_since == 0 && instance->session.captured_from != UINT64_MAX)
            instance->captured_since = instance->session.captured_from;
        session_look_at_clock(&instance->session, core->clock);
    }
}

/* Puts what the tools counted at the end of the output; at the end of a file that others follow,
 * what they have until now. 0 or -EAGAIN. */
static int write_statistics(struct core *core, struct core_output *output)
{
    for (; output->statistics < core->count; output->statistics++) {
        const struct instance *instance = core->instances[output->statistics];
        const struct session *session = &instance->session;
        bool goes_on = output->rotation.ends && session->cause == CAUSE_NONE;
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

        if (instance->output == output && session->stream.opened &&
            session->stream.output == output->merge.output)
            result = output->writer.format->statistics(&output->writer, &session->stream.out,
                                                       &statistics);
        if (result != 0)
            return result;
    }
    return 0;
}

/* Is there something to write? Headers alone are no reason to begin another file. */
static bool has_bytes(const struct core_output *output)
{
    return output->buffer.used > 0 && (output->state != OUTPUT_NONE ||
                                       output->rotation.files == 0 || output->merge.has_packet);
}

/* Writes up to a bound. True: there is more, but the buffer is full. */
static bool run_merge(struct core *core, struct core_output *output)
{
    rotation_bounds(core, output);
    output->merge.bounds.packets = core->wanted;
    output->merge.holds =
        core->config.tls_keys != NULL && (core->stop.reason == STOP_NONE || !keys_are_over(core));
    int result = merge_run(&output->merge, core->now, &output->wake);

    output->rotation.full = result == -EOVERFLOW;
    core->wanted = output->merge.bounds.packets;
    if (core->wanted == 0)
        stop_saving(core, STOP_COUNT);
    else if (result == -EFBIG)
        stop_saving(core, STOP_SIZE);
    return result == -EAGAIN && !merge_is_done(&output->merge);
}

/* Fills the buffer with all that may be written by now. True: it is to be emptied at once. */
static bool fill(struct core *core, struct core_output *output)
{
    bool full = false;

    if (output->rotation.ends)
        return write_statistics(core, output) != 0 || output->buffer.used > 0;
    if (output->merge_is_due || core->now >= output->wake) {
        full = merge_put_names(&output->merge) != 0 || run_merge(core, output);
        output->merge_is_due = full;
        look_at_clocks(core, output);
    }
    if (!full && stop_is_over(core) && output->is_open)
        return merge_put_secrets(&output->merge) != 0 || write_statistics(core, output) != 0 ||
               output->buffer.used > 0;
    return full || output->buffer.urgent;
}

static bool wants_to_see_disk(struct core *core, struct core_output *output)
{
    struct disk *disk = &output->disk;

    if (output->state != OUTPUT_READY || (core->config.reserve == 0 && !core->config.live) ||
        (disk->looked_at != 0 && core->now - disk->looked_at < DISK_INTERVAL &&
         output->written - disk->looked_behind < DISK_BYTES))
        return false;
    disk->looked_at = core->now;
    disk->looked_behind = output->written;
    return true;
}

static int write_or_close(struct core *core, struct core_output *output, struct core_action *action)
{
    if (wants_to_see_disk(core, output))
        return ACTION_DISK;
    action->until = rotation_remove(core, output);
    if (action->until != 0)
        return ACTION_REMOVE;
    bool at_once = fill(core, output);

    if (has_bytes(output) && output->state == OUTPUT_NONE)
        return act(output, action, OUTPUT_OPENING, ACTION_OPEN);
    if (!output->rotation.ends && output->is_open && rotation_is_due(core, output)) {
        output->rotation.ends = true;
        at_once = fill(core, output);
    }
    if (has_bytes(output) && (at_once || core->now - output->flushed_at >= FLUSH_INTERVAL)) {
        action->bytes = buffer_next(&output->buffer, &action->length);
        return act(output, action, OUTPUT_WRITING, ACTION_WRITE);
    }
    if ((!stop_is_over(core) && !output->rotation.ends) || has_bytes(output))
        return ACTION_WAIT;
    if (output->state != OUTPUT_NONE)
        return act(output, action, OUTPUT_CLOSING, ACTION_CLOSE);
    output->writer.secret_lines = output->rotation.keys; /* the others wait for no file */
    output->state = OUTPUT_CLOSED;
    return ACTION_WAIT;
}

/* After a stop, the reader of the output is not waited for without end. */
static void lose_patience(struct core *core, struct core_output *output)
{
    if (core->stop.reason == STOP_NONE)
        return;
    if (core->stop.at_once)
        core_output_failed(core, output->number, -ECANCELED);
    else if (core->now - output->blocked_since >= OUTPUT_PATIENCE &&
             core->now - core->stop.at >= OUTPUT_PATIENCE)
        core_output_failed(core, output->number, -ETIMEDOUT);
}

/* Wireshark does not close what it reads when its capture is stopped; it just reads no more. */
static bool leave_viewer(struct core *core, struct core_output *output)
{
    bool stuck = core->now - output->blocked_since >= VIEWER_PATIENCE;

    if (!core->viewer_shows || output->state != OUTPUT_BLOCKED ||
        (!stuck && (!core->stop.at_once || core->config.viewer_alone)))
        return false;
    core->viewer_stuck = stuck;
    core_viewer_gone(core);
    return !core->config.viewer_alone;
}

int core_output_next(struct core *core, struct core_output *output, struct core_action *action)
{
    if (leave_viewer(core, output))
        return ACTION_LEAVE_VIEWER;
    if (output->state == OUTPUT_BLOCKED)
        lose_patience(core, output);
    switch (output->state) {
    case OUTPUT_NONE:
    case OUTPUT_READY:
        return write_or_close(core, output, action);
    case OUTPUT_FAILED:
        if (output->is_open && output->is_file)
            return act(output, action, OUTPUT_CUT, ACTION_CUT);
        output->state = OUTPUT_CUT;
        /* fall through */
    case OUTPUT_CUT:
        if (output->is_open)
            return act(output, action, OUTPUT_CLOSING, ACTION_CLOSE);
        output->state = OUTPUT_CLOSED;
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

uint64_t core_output_wake(const struct core *core, const struct core_output *output)
{
    uint64_t wake = rotation_wake(core, output), flush = output->flushed_at + FLUSH_INTERVAL;

    if (output->state != OUTPUT_READY && output->state != OUTPUT_NONE)
        return wake;
    if (output->wake < wake)
        wake = output->wake;
    return has_bytes(output) && flush < wake ? flush : wake;
}

/* Events. */

void core_opened(struct core *core, size_t number, const char *name, bool is_file)
{
    struct core_output *output = core->outputs[number];

    output->state = OUTPUT_READY;
    output->was_opened = output->is_open = true;
    output->rotation.files++;
    output->rotation.opened_at = core->now;
    output->is_file = is_file;
    core->viewer_shows = core->config.viewer != NULL;
    if (name != NULL)
        snprintf(output->name, sizeof output->name, "%s", name);
}

void core_wrote(struct core *core, size_t number, size_t length)
{
    struct core_output *output = core->outputs[number];

    buffer_took(&output->buffer, length);
    output->written += length;
    output->flushed_at = core->now;
    output->state = OUTPUT_READY;
}

void core_blocked(struct core *core, size_t number)
{
    core->outputs[number]->state = OUTPUT_BLOCKED;
    core->outputs[number]->blocked_since = core->now;
}

void core_unblocked(struct core *core, size_t number)
{
    if (core->outputs[number]->state == OUTPUT_BLOCKED)
        core->outputs[number]->state = OUTPUT_READY;
}

/* The last one has failed: its reader has gone, which is a wish to stop; or it is a failure.
 */
static void stop_without_output(struct core *core, int error)
{
    for (size_t i = 0; i < core->output_count; i++)
        if (core->outputs[i]->error == 0)
            return;
    stop_want(core, error == -EPIPE ? STOP_OUTPUT_CLOSED : STOP_OUTPUT_FAILED);
    core->stop.at_once = true;
}

void core_output_failed(struct core *core, size_t number, int error)
{
    struct core_output *output = core->outputs[number];
    uint64_t written = output->buffer.before + output->buffer.done;

    output->rotation.open_failed = output->state == OUTPUT_OPENING;
    output->state = OUTPUT_FAILED;
    output->error = error;
    output->cut = merge_give_up(&output->merge);
    rotation_failed(core, output);
    output->is_torn = !output->is_file && written > output->cut;
    stop_without_output(core, error);
}

void core_closed(struct core *core, size_t number, int error)
{
    struct core_output *output = core->outputs[number];
    bool others_follow = output->rotation.ends;

    output->state = OUTPUT_CLOSED;
    output->is_open = false;
    if (others_follow && (error == -ENOENT || error == -ENODATA)) {
        core->failed = true; /* of this file; the next ones are as good as ever */
        tell_later(core, "%s was %s while it was written.", output->name,
                   error == -ENOENT ? "removed, renamed or replaced"
                                    : "shortened or overwritten by another program");
        output->rotation.lost += error == -ENOENT;
        error = 0;
    }
    if (error != 0 && output->error == 0)
        output->error = error;
    if (!others_follow)
        return;
    if (output->error == 0) {
        rotation_next(core, output);
        return;
    }
    merge_give_up(&output->merge);
    stop_without_output(core, output->error);
}

void core_disk(struct core *core, size_t number, uint64_t available, uint64_t size)
{
    struct disk *disk = &core->outputs[number]->disk;

    disk->known = true;
    disk->available = available;
    disk->size = size;
}

bool core_output_has_failed(const struct core_output *output)
{
    return output->error != 0 && output->error != -EPIPE && output->error != -ECANCELED;
}

bool core_output_is_spoiled(const struct core_output *output)
{
    return output->was_opened && (output->error == -ENOENT || output->error == -ENODATA);
}
