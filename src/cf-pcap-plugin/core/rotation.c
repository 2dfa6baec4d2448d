#include "rotation.h"

#include "core.h"

static bool has_time(const struct core *core)
{
    return core->config.rotate_time > 0 && core->output_state == OUTPUT_READY &&
           core->merge.has_packet;
}

void rotation_bounds(struct core *core)
{
    struct merge_bounds *bounds = &core->merge.bounds;
    uint64_t before = core->rotation.before;

    if (core->config.max_size > 0)
        bounds->end = core->config.max_size > before ? core->config.max_size - before : 0;
    if (core->config.rotate_size > 0)
        bounds->full = core->config.rotate_size;
}

bool rotation_is_due(const struct core *core)
{
    return core->rotation.full || (has_time(core) && core->now >= rotation_wake(core));
}

uint64_t rotation_wake(const struct core *core)
{
    return has_time(core) ? core->rotation.opened_at + core->config.rotate_time : UINT64_MAX;
}

void rotation_next(struct core *core)
{
    core->rotation.ends = core->rotation.full = false;
    core->rotation.before = core->written;
    core->statistics = 0;
    core->output_state = OUTPUT_NONE;
    core->merge_is_due = true;
    merge_next_output(&core->merge);
}

uint64_t rotation_remove(struct core *core)
{
    struct rotation *rotation = &core->rotation;

    if (core->config.keep == 0 || core->output_state != OUTPUT_READY ||
        rotation->files - rotation->removed <= core->config.keep)
        return 0;
    return ++rotation->removed;
}
