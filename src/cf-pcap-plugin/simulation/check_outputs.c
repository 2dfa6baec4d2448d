/* What has to hold of the outputs as a whole: their bounds, and with `split` each by itself. */
#include <errno.h>
#include <string.h>

#include "world.h"

enum { HEADERS_MAX = 10000 /* bytes before the packets of a file that began late */ };

/* An output that failed in one of its files: the number of those that have packets, and that nobody
 * took, is told, and one that has none is emptied. */
static void check_part(struct world *world, const struct sim_output *output)
{
    const struct core_output *failed = world->core.outputs[output->number];
    size_t filled = 0;
    char line[64];

    for (size_t i = 0; i < output->count; i++)
        filled += output->files[i].length > 0;
    filled -= failed->rotation.lost < filled ? (size_t)failed->rotation.lost : filled;
    if (failed->rotation.dropped && output->files[output->count - 1].length > 0)
        world_violated(world, "the last file has no packet, and is not emptied");
    snprintf(line, sizeof line, "Saved part of the capture to %zu files, ", filled);
    if (filled > 1 && core_output_has_failed(failed) && !core_output_is_spoiled(failed) &&
        failed->rotation.empty == failed->rotation.dropped && !world_was_told(world, line))
        world_violated(world, "it failed with %zu files, and it is told otherwise", filled);
}

static void check_files(struct world *world, const struct sim_output *output)
{
    const struct core *core = &world->core;
    bool fails = output->failed || core->outputs[output->number]->error != 0;
    size_t kept = 0;

    if (core->outputs[output->number]->error == -ENOSPC && core->config.reserve > 0 &&
        output->room_before > core->config.reserve)
        world_violated(world, "the disk is full in spite of the reserve");
    if (!core->config.split)
        check_part(world, output);
    for (size_t i = 0; i < output->count; i++)
        kept += !output->files[i].removed;
    if (core->config.keep > 0 && !fails && kept > core->config.keep)
        world_violated(world, "%zu files are kept, and --keep is %llu", kept,
                       (unsigned long long)core->config.keep);
    if (kept < output->count && kept < core->config.keep)
        world_violated(world, "too many files are removed: %zu are kept", kept);
}

/* The same instance, on another interface? */
static bool is_same(const struct instance *instance, const struct instance *other)
{
    return instance->index == other->index && instance->number == other->number;
}

/* Each output has a name of its own, and goes on while others fail; each file is told of. */
static void check_split(struct world *world)
{
    const struct core *core = &world->core;
    size_t whole = 0, failed = 0;
    char line[64];

    for (size_t i = 0; i < core->output_count; i++) {
        const struct core_output *output = core->outputs[i];

        failed += output->error != 0;
        whole += output->was_opened && output->error == 0;
        for (size_t j = 0; j < i; j++)
            if (strcmp(output->name, core->outputs[j]->name) == 0)
                world_violated(world, "outputs %zu and %zu are both %s", j, i, output->name);
    }
    if (core->stop.reason == STOP_OUTPUT_FAILED && failed < core->output_count)
        world_violated(world, "it ends because an output failed, and %zu have not",
                       core->output_count - failed);
    if (failed > 0 && world->status == 0)
        world_violated(world, "status 0, and %zu outputs failed", failed);
    if (whole > 2)
        snprintf(line, sizeof line, "Saved capture to %zu files, ", whole);
    else
        snprintf(line, sizeof line, "Saved capture to %s", whole > 0 ? "'capture-" : "");
    for (size_t i = 0; i < core->count; i++)
        for (size_t j = 0; j < i; j++)
            if ((core->instances[i]->output == core->instances[j]->output) !=
                is_same(core->instances[i], core->instances[j]))
                world_violated(world,
                               "of two instances, or of one on two interfaces, the files "
                               "are mistaken: %zu, %zu",
                               j, i);
    if (world_was_told(world, line) != (whole > 0))
        world_violated(world, "%zu files are whole, and it is told otherwise", whole);
}

void check_bounds(struct world *world, uint64_t saved)
{
    const struct core *core = &world->core;
    uint64_t length = 0, headers = 0;
    bool fails = outputs_error(core) != 0;

    if (core->viewer_failed && (world->status == 0 || !world_was_told(world, "the viewer failed")))
        world_violated(world, "a viewer failed, and the status is %d", world->status);

    for (size_t i = 0; i < world->output_count; i++) {
        const struct sim_output *output = &world->outputs[i];

        check_files(world, output);
        fails |= output->failed;
        for (size_t j = 0; j < output->count; j++)
            length += output->files[j].length;
        headers += core->config.split && output->count > 0 ? HEADERS_MAX : 0;
    }
    if (core->config.count > 0 && saved > core->config.count)
        world_violated(world, "%llu packets are saved, and --count is %llu",
                       (unsigned long long)saved, (unsigned long long)core->config.count);
    if (core->stop.reason == STOP_COUNT && !fails && saved != core->config.count)
        world_violated(world, "it ended for --count after %llu packets", (unsigned long long)saved);
    if (core->config.max_size > 0 && saved > 0 && length > core->config.max_size + headers)
        world_violated(world, "the output is larger than --max-size");
    if (core->stop.reason == STOP_SIZE && !fails &&
        length + STREAM_PACKET_MAX + WRITER_OVERHEAD + world->count * 256 < core->config.max_size)
        world_violated(world, "it ended for --max-size after %llu bytes",
                       (unsigned long long)length);
    if (core->stop.reason == STOP_DISK && world->status == 0)
        world_violated(world, "status 0, and it ended for want of room on the disk");
    if (core->config.split)
        check_split(world);
}
