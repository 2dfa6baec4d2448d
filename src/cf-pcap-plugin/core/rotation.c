#include "rotation.h"

#include <string.h>

#include "core.h"

static bool has_time(const struct core *core, const struct core_output *output)
{
    return core->config.rotate_time > 0 && output->state == OUTPUT_READY &&
           output->merge.has_packet;
}

void rotation_bounds(const struct core *core, struct core_output *output)
{
    struct merge_bounds *bounds = &output->merge.bounds;
    uint64_t before = output->rotation.before;

    if (core->config.max_size > 0)
        before += outputs_beside(core, output);
    if (core->config.max_size > 0)
        bounds->end = core->config.max_size > before ? core->config.max_size - before : 0;
    if (core->config.rotate_size > 0)
        bounds->full = core->config.rotate_size;
}

bool rotation_is_due(const struct core *core, const struct core_output *output)
{
    return output->rotation.full ||
           (has_time(core, output) && core->now >= rotation_wake(core, output));
}

uint64_t rotation_wake(const struct core *core, const struct core_output *output)
{
    return has_time(core, output) ? output->rotation.opened_at + core->config.rotate_time
                                  : UINT64_MAX;
}

void rotation_failed(const struct core *core, struct core_output *output)
{
    struct rotation *rotation = &output->rotation;

    rotation->empty = output->is_open && outputs_packets(core, output) == rotation->packets;
    rotation->dropped = rotation->empty && rotation->files - rotation->removed > 1;
    if (rotation->dropped)
        output->cut = 0;
}

void rotation_next(const struct core *core, struct core_output *output)
{
    output->rotation.packets = outputs_packets(core, output);
    memcpy(output->rotation.last, output->name, sizeof output->rotation.last);
    output->rotation.ends = output->rotation.full = false;
    output->rotation.before = output->written;
    output->rotation.keys = output->writer.secret_lines;
    output->statistics = 0;
    output->state = OUTPUT_NONE;
    output->merge_is_due = true;
    merge_next_output(&output->merge);
}

uint64_t rotation_remove(const struct core *core, struct core_output *output)
{
    struct rotation *rotation = &output->rotation;

    if (core->config.keep == 0 || output->state != OUTPUT_READY ||
        rotation->files - rotation->removed <= core->config.keep)
        return 0;
    return ++rotation->removed;
}
