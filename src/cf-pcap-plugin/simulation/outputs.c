/* The outputs of the simulation: a file on a disk that may be full, or a pipe with a reader. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "world.h"

enum { PIPE_SIZE = 256 * 1024, DISK_NOTICED = 2500 /* ms */ };

static bool rotates(const struct core_config *config)
{
    return config->rotate_size > 0 || config->rotate_time > 0;
}

/* What others have written to its disk. */
static uint64_t room(struct world *world, struct sim_output *output)
{
    if (world->now >= output->filled_at) {
        world_trace(world, "the disk of output %zu is filled", output->number);
        output->filled_at = NEVER;
        output->room_before = 0;
        output->room = choose(&world->choices, 100000);
    }
    return output->room;
}

void output_plan(struct world *world, const struct core_config *config)
{
    static const int close_errors[] = {-EIO, -ENOENT, -ENODATA};
    struct choices *c = &world->choices;
    struct sim_output *output = &world->outputs[world->output_count];

    output->number = world->output_count++;
    output->kind =
        !rotates(config) && !config->split && chance(c, 3) ? OUTPUT_IS_PIPE : OUTPUT_IS_FILE;
    output->open_error = chance(c, config->split ? 12 : 30) ? (chance(c, 2) ? -EACCES : -EBUSY) : 0;
    output->close_error = chance(c, 30) ? close_errors[choose(c, 3)] : 0;
    output->disk = 1000000000;
    output->room = chance(c, 8)   ? choose(c, 30000)
                   : chance(c, 6) ? DISK_KEPT + choose(c, 3000000)
                                  : NEVER;
    output->room_before = output->room;
    output->filled_at = chance(c, 10) ? choose(c, 20000) : NEVER;
    output->below_since = NEVER;
    output->open_fails_at = config->split ? 0 : choose(c, 3);
    output->close_fails_at = config->split ? 0 : choose(c, 3);
    output->pipe_room = PIPE_SIZE;
    output->pipe_rate = chance(c, 4) ? choose(c, 3) : 10000;
    output->blocks_at = chance(c, 4) ? choose(c, 20000) : NEVER;
    output->unblocks_at =
        output->blocks_at == NEVER || chance(c, 3) ? NEVER : output->blocks_at + choose(c, 60000);
    output->breaks_at = chance(c, 8) ? choose(c, 30000) : NEVER;
    output->viewer = !config->split && chance(c, 4);
}

void output_do_open(struct world *world, size_t number)
{
    struct sim_output *output = &world->outputs[number];

    if (output->opened && !output->closed)
        world_violated(world, "the output is opened before the one before is closed");
    if (output->count > 0 && !rotates(&world->core.config))
        world_violated(world, "the output is opened twice");
    if (output->open_error != 0 && output->count == output->open_fails_at) {
        output->failed = true;
        core_output_failed(&world->core, number, output->open_error);
        return;
    }
    output->opened = true;
    output->closed = false;
    output->files = realloc(output->files, (output->count + 1) * sizeof *output->files);
    if (output->files == NULL)
        abort();
    output->files[output->count++] = (struct sim_file){.bytes = NULL};
    core_opened(&world->core, number, world->core.config.split ? NULL : "capture",
                output->kind == OUTPUT_IS_FILE);
}

static struct sim_file *file_of(struct sim_output *output)
{
    return &output->files[output->count - 1];
}

static void take(struct sim_file *file, const uint8_t *bytes, size_t length)
{
    if (file->length + length > file->size) {
        file->size = (file->length + length) * 2;
        file->bytes = realloc(file->bytes, file->size);
        if (file->bytes == NULL)
            abort();
    }
    memcpy(file->bytes + file->length, bytes, length);
    file->length += length;
}

static void fail(struct world *world, struct sim_output *output, int error)
{
    output->failed = true;
    world_trace(world, "output %zu fails: %d", output->number, error);
    core_output_failed(&world->core, output->number, error);
}

static bool is_shown(const struct sim_output *output)
{
    return output->viewer && !output->viewer_left;
}

/* It takes again, or is not written any more: what it held up may go on from now. */
static void unblock(const struct world *world, struct sim_output *output)
{
    uint64_t since = output->blocked_since, stop = world->core.stop.at;

    if (output->blocked && world->core.stop.reason != STOP_NONE)
        output->blocked_for += world->now - (since > stop ? since : stop);
    output->blocked = false;
}

static void viewer_closes(struct world *world)
{
    world_trace(world, "the viewer is closed");
    if (world->outputs[0].kind == OUTPUT_IS_PIPE)
        world->outputs[0].failed = true;
    world->outputs[0].viewer_left = true;
    unblock(world, &world->outputs[0]);
    if (world->now % 2 == 0)
        core_viewer_failed(&world->core, "the viewer failed");
    core_viewer_gone(&world->core);
    if (world->core.stop.reason == STOP_NONE)
        world_violated(world, "that the viewer was closed is no reason to stop");
}

void output_do_leave_viewer(struct world *world)
{
    if (!is_shown(&world->outputs[0]) || world->outputs[0].kind != OUTPUT_IS_FILE)
        world_violated(world, "a viewer is left that is not there, or the only output");
    world->outputs[0].viewer_left = true;
    unblock(world, &world->outputs[0]);
}

static bool is_stuck(const struct world *world, const struct sim_output *output)
{
    return output->pipe_rate == 0 ||
           (world->now >= output->blocks_at && world->now < output->unblocks_at);
}

static void drain(struct world *world, struct sim_output *output)
{
    uint64_t taken = (world->now - output->drained_at) * output->pipe_rate;

    output->drained_at = world->now;
    if (is_stuck(world, output))
        return;
    output->pipe_room =
        taken > PIPE_SIZE - output->pipe_room ? PIPE_SIZE : output->pipe_room + taken;
}

void output_do_write(struct world *world, size_t number, const uint8_t *bytes, size_t length)
{
    struct sim_output *output = &world->outputs[number];
    size_t count = length;

    if (!output->opened || output->closed || output->failed || output->blocked) {
        world_violated(world, "an output is written that is not open, has failed or is blocked");
        return;
    }
    if (length == 0)
        world_violated(world, "nothing is written");
    if (is_shown(output)) { /* a file gets as much as its viewer */
        drain(world, output);
        if (world->now >= output->breaks_at) {
            core_wrote(&world->core, number, 0);
            viewer_closes(world);
            return;
        }
        if (count > output->pipe_room)
            count = output->pipe_room;
    }
    if (output->kind == OUTPUT_IS_FILE) {
        if (count > room(world, output))
            count = (size_t)output->room;
        if (count == 0 && output->room == 0) {
            fail(world, output, -ENOSPC);
            return;
        }
        if (output->room != NEVER)
            output->room -= count;
        if (is_shown(output))
            output->pipe_room -= count;
    } else {
        drain(world, output);
        if (world->now >= output->breaks_at) {
            fail(world, output, -EPIPE);
            return;
        }
        if (count > output->pipe_room)
            count = output->pipe_room;
        output->pipe_room -= count;
    }
    take(file_of(output), bytes, count);
    core_wrote(&world->core, number, count);
    if (count < length &&
        (output->kind == OUTPUT_IS_PIPE || (is_shown(output) && output->room > 0))) {
        output->blocked = true;
        output->blocked_since = world->now;
        world_trace(world, "the output is blocked");
        core_blocked(&world->core, number);
    }
}

void output_do_cut(struct world *world, size_t number, uint64_t length)
{
    const struct sim_output *output = &world->outputs[number];
    struct sim_file *file = file_of(&world->outputs[number]);

    world_trace(world, "the file of %zu bytes is cut to %llu", file->length,
                (unsigned long long)length);
    if (output->kind != OUTPUT_IS_FILE || output->closed || length > file->length)
        world_violated(world, "a pipe is cut, or a file made longer");
    else
        file->length = (size_t)length;
}

void output_do_disk(struct world *world, size_t number)
{
    struct sim_output *output = &world->outputs[number];
    uint64_t available = room(world, output);

    if (output->kind == OUTPUT_IS_FILE)
        core_disk(&world->core, number, available == NEVER ? output->disk : available,
                  output->disk);
}

void output_do_close(struct world *world, size_t number)
{
    struct sim_output *output = &world->outputs[number];

    if (output->closed)
        world_violated(world, "an output is closed twice");
    output->closed = true;
    core_closed(&world->core, number,
                output->count > output->close_fails_at ? output->close_error : 0);
}

void output_do_remove(struct world *world, uint64_t number)
{
    struct sim_output *output = &world->outputs[0];

    if (number == 0 || number >= output->count)
        world_violated(world, "file %llu of %zu is removed", (unsigned long long)number,
                       output->count);
    else if (output->files[number - 1].removed ||
             (number > 1 && !output->files[number - 2].removed))
        world_violated(world, "file %llu is removed out of turn", (unsigned long long)number);
    else if (chance(&world->choices, 20))
        core_remove_failed(&world->core, "file", -EACCES);
    else if (number % 8 == 3)
        core_left_changed(&world->core, 0);
    if (world->violation == NULL)
        output->files[number - 1].removed = true;
}

void output_free(struct world *world)
{
    for (size_t i = 0; i < world->output_count; i++) {
        for (size_t j = 0; j < world->outputs[i].count; j++)
            free(world->outputs[i].files[j].bytes);
        free(world->outputs[i].files);
    }
}

/* Is it noticed that there is less room than the reserve? Not while a viewer holds the file up:
 * nothing is written then. */
static void watch_disk(struct world *world, struct sim_output *output)
{
    if (output->kind != OUTPUT_IS_FILE || !output->opened || output->closed || output->failed ||
        output->blocked || room(world, output) >= world->core.config.reserve ||
        world->core.stop.reason != STOP_NONE)
        output->below_since = NEVER;
    else if (output->below_since == NEVER)
        output->below_since = world->now;
    else if (world->now - output->below_since > DISK_NOTICED)
        world_violated(world, "the disk is full up to the reserve, and it goes on");
}

static void live(struct world *world, struct sim_output *output)
{
    watch_disk(world, output);
    if (!output->blocked)
        return;
    if (is_shown(output) && !output->closed &&
        world->now > output->blocked_since + VIEWER_PATIENCE + 2000)
        world_violated(world, "a viewer that takes nothing is waited for");
    drain(world, output);
    if (output->pipe_room == 0 && world->now < output->breaks_at)
        return;
    if (is_shown(output) && world->now >= output->breaks_at) {
        viewer_closes(world);
        return;
    }
    unblock(world, output);
    core_unblocked(&world->core, output->number);
}

void output_live(struct world *world)
{
    for (size_t i = 0; i < world->output_count; i++)
        live(world, &world->outputs[i]);
}

static uint64_t next(const struct world *world, const struct sim_output *output)
{
    uint64_t at;

    if (!output->blocked)
        return NEVER;
    at = output->pipe_rate == 0    ? NEVER
         : is_stuck(world, output) ? output->unblocks_at
                                   : world->now + 1000;
    if (at != NEVER && at <= world->now)
        at = world->now + 1;
    return output->breaks_at > world->now && output->breaks_at < at ? output->breaks_at : at;
}

uint64_t output_next(const struct world *world)
{
    uint64_t at = NEVER;

    for (size_t i = 0; i < world->output_count; i++)
        if (next(world, &world->outputs[i]) < at)
            at = next(world, &world->outputs[i]);
    return at;
}

bool output_may_block(const struct world *world)
{
    return world->outputs[0].pipe_rate < 10000 || world->outputs[0].blocks_at != NEVER;
}

bool output_has_blocked(const struct world *world)
{
    return world->outputs[0].blocked_since != 0;
}
