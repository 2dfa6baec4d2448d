#include "pause.h"

#include "core.h"

static uint64_t random_below(struct core *core, uint64_t below)
{
    core->random = core->random * 6364136223846793005U + 1442695040888963407U;
    return (core->random >> 33) % below;
}

uint64_t pause_about(struct core *core, uint64_t ms)
{
    return ms * 3 / 4 + random_below(core, ms / 2 + 1);
}

uint64_t pause_after(struct core *core, unsigned int attempts, uint64_t most)
{
    uint64_t pause = attempts < 16 ? (uint64_t)PAUSE_MIN << attempts : most;

    return pause_about(core, pause < most ? pause : most);
}
