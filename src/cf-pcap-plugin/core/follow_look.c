/* What a look has found: which instances there are. */
#include <stdio.h>
#include <string.h>

#include "core.h"
#include "follow.h"
#include "pause.h"

/* What is missing is so for good. */
static void leave(struct core *core, struct instance *instance, bool replaced)
{
    if (!instance->follow.missing)
        return;
    instance->follow.replaced = replaced;
    instance->follow.missing = false;
    instance->follow.left = true;
    instance->follow.left_at = instance->follow.gap_from;
    instance->follow.gap_from = UINT64_MAX;
    instance->follow.tell_missing = instance->follow.tell_why = false;
    instance->why[0] = '\0';
    if (instance->session.stream.opened) {
        instance->follow.tell_left = true;
        instance->follow.tell_at = core->now;
    }
    stream_free(&instance->session.stream.stream);
}

static bool is_of(const struct instance *instance, const char *process)
{
    return instance->process[0] == '\0' || strcmp(instance->process, process) == 0;
}

/* It can become that process's on all of its interfaces, which have one name: it is over on them,
 * or has become it. */
static bool can_become(const struct core *core, const struct instance *instance,
                       const char *process)
{
    for (size_t i = 0; i < core->count; i++) {
        const struct instance *other = core->instances[i];

        if (instance_is_same(other, instance) && !is_of(other, process) &&
            (!follow_is_over(other) || other->follow.final))
            return false;
    }
    return true;
}

/* What is to be captured as that index of that process on that interface: itself, or one whose
 * process has gone. NULL: there is none. */
static struct instance *find(const struct core *core, const char *process, unsigned int index,
                             size_t interface)
{
    struct instance *other = NULL;

    for (size_t i = 0; i < core->count; i++) {
        struct instance *instance = core->instances[i];

        if (instance->index != index || instance->interface != interface)
            continue;
        if (is_of(instance, process))
            return instance;
        if (can_become(core, instance, process))
            other = instance;
    }
    return other;
}

static bool is_wanted(const struct core *core, unsigned int index)
{
    for (size_t i = 0; i < core->count; i++)
        if (core->instances[i]->index == index)
            return true;
    return !core->config.chosen;
}

static void look_at_listed(struct core *core, const char *process,
                           const struct listed_instance *listed, size_t interface)
{
    struct instance *instance = find(core, process, listed->index, interface);
    struct following *follow;

    if (instance == NULL) {
        if (!listed->running || !is_wanted(core, listed->index) ||
            core_add(core, listed->index, interface, NULL, core->config.chosen) != 0)
            return;
        instance = core->instances[core->count - 1];
        instance->follow.is_new = true;
        instance->follow.since = instance->follow.gap_from = core->now;
    }
    core_learn(core, listed);
    follow = &instance->follow;
    snprintf(instance->process, sizeof instance->process, "%s", process);
    snprintf(instance->absent, sizeof instance->absent, "%s", listed->running ? "" : listed->state);
    if (follow->left && listed->running) { /* scaled down, and up again */
        uint64_t since =
            follow->left_at > core->announced_at ? follow->left_at : core->announced_at;

        follow->absent_for += since < core->now ? core->now - since : 0;
        follow->gap_from = follow->retry_at = core->now;
        follow->missing = follow->gap_is_told = true;
        follow->is_new = !follow->replaced;
        follow->left = follow->tell_left = follow->replaced = false;
    }
    follow->listed = true;
    if (listed->running && instance->session.started_at == 0 && follow->missing)
        follow->since = follow->gap_from = core->now;
    if (follow->missing && listed->running && follow->retry_at <= core->now + LOOK_TOGETHER) {
        follow->missing = false;
        stop_begin_again(core, &instance->session);
    }
}

static void look_at_list(struct core *core, const struct core_listing *listing)
{
    for (size_t i = 0; i < core->count; i++)
        core->instances[i]->follow.listed = false;
    for (size_t i = 0; i < listing->count; i++)
        for (size_t interface = 0; interface < core->config.interfaces.count; interface++)
            look_at_listed(core, listing->process, &listing->list[i], interface);
    for (size_t i = 0; i < core->count; i++)
        if (!core->instances[i]->follow.listed && !core->instances[i]->follow.final)
            leave(core, core->instances[i],
                  strcmp(core->instances[i]->process, listing->process) != 0);
}

static uint64_t next_look(struct core *core)
{
    uint64_t at = core->now + pause_about(core, LOOK_INTERVAL), retry;
    uint64_t soon = core->now + pause_after(core, core->look.count++, LOOK_SOON);

    for (size_t i = 0; i < core->count; i++) {
        const struct following *follow = &core->instances[i]->follow;

        if (!follow->missing)
            continue;
        retry = follow->retry_at > core->now + LOOK_TOGETHER ? follow->retry_at : soon;
        if (retry < at)
            at = retry;
    }
    return at;
}

void follow_looked(struct core *core, const struct core_listing *listing)
{
    struct look *look = &core->look;
    bool again = look->again;

    look->runs = look->again = false;
    look->not_found = listing->result == LOOK_NOT_FOUND ? look->not_found + 1 : 0;
    look->expired = listing->result == LOOK_EXPIRED;
    if (listing->result == LOOK_LISTED) {
        look->failed = 0;
        look_at_list(core, listing);
        look->next_at = again ? core->now + PAUSE_MIN / 2 : next_look(core);
        return;
    }
    snprintf(look->why, sizeof look->why, "%s", listing->why == NULL ? "" : listing->why);
    if (look->not_found >= 2)
        stop_want(core, STOP_APP_GONE);
    if (listing->result == LOOK_FAILED)
        look->failed++;
    look->next_at =
        core->now + pause_after(core, look->not_found > 0 ? 1 : look->failed + 2, PAUSE_MAX);
}
