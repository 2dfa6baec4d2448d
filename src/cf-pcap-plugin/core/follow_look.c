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

/* What is to be captured as that index of that process: one that is of it, on all interfaces; or
 * that may become it. NULL: there is none. */
static struct instance *find(const struct core *core, const char *process, unsigned int index)
{
    struct instance *other = NULL;

    for (size_t i = 0; i < core->count; i++) {
        struct instance *instance = core->instances[i];

        if (instance->index != index)
            continue;
        if (strcmp(instance->process, process) == 0)
            return instance;
        if (follow_can_become(core, instance, process) &&
            (other == NULL || instance->process[0] == '\0'))
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

/* Since when it runs that is listed as running; at the earliest since the announcement. */
static uint64_t began(const struct core *core, const struct listed_instance *listed)
{
    uint64_t first = core->announced_at < core->now ? core->announced_at : core->now;

    return listed->uptime >= (core->now - first) / 1000 ? first : core->now - listed->uptime * 1000;
}

/* On all interfaces. NULL: there is no memory. */
static struct instance *add(struct core *core, const struct listed_instance *listed)
{
    size_t first = core->count;

    for (size_t interface = 0; interface < core->config.interfaces.count; interface++)
        if (core_add(core, listed->index, interface, NULL, core->config.chosen) == 0) {
            struct following *follow = &core->instances[core->count - 1]->follow;

            follow->is_new = true;
            follow->since = follow->gap_from = began(core, listed);
        }
    return first == core->count ? NULL : core->instances[first];
}

/* It was scaled down, and is scaled up again; or its process has gone, and another came. */
static void come_back(struct core *core, struct following *follow,
                      const struct listed_instance *listed)
{
    uint64_t left = follow->left_at > core->announced_at ? follow->left_at : core->announced_at;

    if (left > core->now)
        left = core->now;
    follow->gap_from = began(core, listed);
    if (follow->replaced || follow->gap_from < left)
        follow->gap_from = left;
    follow->absent_for += follow->gap_from - left;
    follow->retry_at = core->now;
    follow->missing = follow->gap_is_told = true;
    follow->is_new = !follow->replaced;
    follow->left = follow->tell_left = follow->replaced = false;
}

static void look_at_one(struct core *core, struct instance *instance,
                        const struct listed_instance *listed)
{
    struct following *follow = &instance->follow;

    snprintf(instance->absent, sizeof instance->absent, "%s", listed->running ? "" : listed->state);
    if (follow->left && listed->running)
        come_back(core, follow, listed);
    follow->listed = true;
    if (listed->running && instance->session.started_at == 0 && follow->missing)
        follow->since = follow->gap_from = began(core, listed);
    if (follow->missing && listed->running && follow->retry_at <= core->now + LOOK_TOGETHER) {
        follow->missing = false;
        stop_begin_again(core, &instance->session);
    }
}

static void look_at_listed(struct core *core, const char *process,
                           const struct listed_instance *listed)
{
    struct instance *known = find(core, process, listed->index);

    if (known == NULL && listed->running && is_wanted(core, listed->index))
        known = add(core, listed);
    if (known == NULL)
        return;
    follow_become(core, known, process);
    core_learn(core, listed);
    for (size_t i = 0; i < core->count; i++)
        if (instance_is_same(core->instances[i], known))
            look_at_one(core, core->instances[i], listed);
}

static void look_at_list(struct core *core, const struct core_listing *listing)
{
    core->look.beside = listing->beside;
    core->look.beside_told &= listing->beside > 0;
    for (size_t i = 0; i < core->count; i++)
        core->instances[i]->follow.listed = false;
    for (size_t i = 0; i < listing->count; i++)
        look_at_listed(core, listing->process, &listing->list[i]);
    for (size_t i = 0; i < core->count; i++)
        if (!core->instances[i]->follow.listed && !core->instances[i]->follow.final)
            leave(core, core->instances[i],
                  core->look.beside > 0 ||
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
