/* What an instance of the simulation has sent comes to the core. */
#include <string.h>

#include "world.h"

/* Some of what is under way arrives. */
void connection_deliver(struct world *world, size_t number, struct sim_instance *it)
{
    while (it->queued > 0 && it->reading) {
        size_t most = chance(&world->choices, 3) ? 1 + choose(&world->choices, 3000) : it->queued;
        size_t room;
        uint8_t *space = core_space(&world->core, number, &room);

        if (room == 0) {
            it->reading = false;
            world_trace(world, "instance %zu is not read any more", number);
            break;
        }
        if (most > it->queued)
            most = it->queued;
        if (most > room)
            most = room;
        memcpy(space, it->queue, most);
        memmove(it->queue, it->queue + most, it->queued - most);
        it->queued -= most;
        it->delivered += most;
        while (it->arrived < it->records && it->record_ends[it->arrived] <= it->delivered)
            it->arrived++;
        core_received(&world->core, number, most);
        if (chance(&world->choices, 2))
            break;
    }
    if (it->words[0] != '\0') {
        core_message(&world->core, number, it->words, strlen(it->words));
        it->words[0] = '\0';
    }
}

/* Its child, and the ends of its pipes. */
void connection_end(struct world *world, size_t number, struct sim_instance *it)
{
    bool pipes_held = it->killed && it->death != DEATH_AT_ONCE;

    if (it->tool_ended && !it->exited && chance(&world->choices, 2)) {
        it->exited = true;
        world_trace(world, "instance %zu: exited with %d", number, it->status);
        core_exited(&world->core, number, it->status);
    }
    if (pipes_held)
        return;
    if (it->queued == 0 && !it->stdout_ended && chance(&world->choices, 2)) {
        it->stdout_ended = true;
        if (it->trouble == TROUBLE_EOF && !it->tool_ended) /* nobody sees it earlier */
            it->tool_ended_at = world->now;
        world_trace(world, "instance %zu: end of stdout", number);
        core_stdout_ended(&world->core, number);
    }
    if (it->tool_ended && !it->stderr_ended && chance(&world->choices, 2)) {
        it->stderr_ended = true;
        core_stderr_ended(&world->core, number);
    }
}

bool connection_waits_to_end(const struct sim_instance *it)
{
    bool pipes_held = it->killed && it->death != DEATH_AT_ONCE;

    return (it->tool_ended && !it->exited) ||
           (!pipes_held && (!it->stdout_ended || (it->tool_ended && !it->stderr_ended)));
}
