/* What has to hold at the end of a scenario with --follow. */
#include <string.h>

#include "../core/names.h"
#include "../core/pause.h"
#include "world.h"

enum {
    SETTLED = 150000, /* ms after which whatever runs is captured, or was tried */
    TRIED = LOGIN_LIMIT + PAUSE_MAX * 5 / 4 + LOOK_LIMIT + LOOK_INTERVAL * 5 / 4 + 5000, /* ms */
};

static bool is_told(const struct world *world, const char *begin, const char *then,
                    unsigned int index)
{
    char number[16];

    snprintf(number, sizeof number, "%u", index);
    for (size_t i = 0; i < world->line_count; i++) {
        const char *line = world->lines[i];

        if (strncmp(line, begin, strlen(begin)) == 0 && strstr(line, then) != NULL &&
            (strstr(line, number) != NULL || strchr(line, '-') != NULL))
            return true;
    }
    return false;
}

/* A session that captured, and was followed by another, was missed. */
static void check_told(struct world *world)
{
    for (size_t i = 0; i < world->count; i++) {
        const struct instance *instance = world->core.instances[i];
        const struct following *follow = &instance->follow;

        if (follow->gaps > 0 && !is_told(world, "Instance", "missing", instance->index) &&
            !is_told(world, "Instance", "captured again", instance->index))
            world_violated(world, "instance %zu was missing, and it is not told", i);
        if (follow->gaps > 0 && instance->session.captured_from != UINT64_MAX &&
            world->core.stop.at > instance->session.captured_from + 1000 &&
            !is_told(world, "Instance", "captured again", instance->index))
            world_violated(world, "instance %zu is captured again, and it is not told", i);
        if (follow->missing && world->status == 0 && world->core.stop.reason != STOP_APP_GONE &&
            instance->session.stream.opened)
            world_violated(world, "status 0, and instance %zu is missing at the end", i);
    }
}

/* Which process an instance is of is the truth: its packets are those of that process. */
static void check_places(struct world *world)
{
    for (size_t i = 0; i < world->count; i++) {
        const struct instance *instance = world->core.instances[i];
        const struct sim_instance *it = &world->instances[i];
        char process[GUID_SIZE];

        snprintf(process, sizeof process, "%08x", it->process);
        if (it->container != 0 && instance->session.state == SESSION_OVER &&
            instance->session.container[0] != '\0' && !instance->follow.missing &&
            !instance->follow.left && !instance->session.misplaced &&
            strcmp(process, instance->process) != 0)
            world_violated(world, "instance %zu is said to be of process %s, and is of %s", i,
                           instance->process, process);
    }
}

/* ms in which a tool ran for it; and what may be missed. */
static uint64_t was_captured(const struct sim_instance *it, uint64_t from, uint64_t until)
{
    uint64_t all = TOLERANCE;

    for (size_t i = 0; i < it->span_count; i++) {
        uint64_t begin = it->spans[i].from > from ? it->spans[i].from : from;
        uint64_t end = it->spans[i].until < until ? it->spans[i].until : until;

        all += TOLERANCE + (end > begin ? end - begin : 0);
    }
    return it->span_count == SPANS_MAX ? NEVER : all;
}

/* Nobody is said to be captured for longer than there was something to capture. Of an instance that
 * is not read, for the output is blocked, the end is not seen until it is read again. */
static void check_missed(struct world *world)
{
    uint64_t from = world->core.announced_at, until = world->core.stop.at;

    for (size_t i = 0; i < world->count && from <= until; i++) {
        uint64_t captured = follow_captured(world->core.instances[i], from, until);

        if (captured > until - from)
            world_violated(world, "instance %zu is said to be captured for %llu ms", i,
                           (unsigned long long)captured);
        if (!output_has_blocked(world) &&
            captured > was_captured(&world->instances[i], from, until))
            world_violated(world, "instance %zu is said to be captured for %llu ms, and was not", i,
                           (unsigned long long)captured);
        if (captured > 0 && world->instances[i].sessions == 0)
            world_violated(world, "instance %zu is said to be captured, and had no session", i);
    }
}

static bool was_refused(const struct world *world, uint64_t since)
{
    const struct sim_cloud *cloud = &world->cloud;

    return (cloud->api_away < world->now && cloud->api_back > since) ||
           cloud->silent_until > since ||
           (cloud->expires_at < world->now && cloud->logs_in_at > since) ||
           cloud->deleted_at < world->now;
}

static bool is_captured_or_tried(const struct world *world, unsigned int guid, unsigned int index,
                                 size_t interface)
{
    for (size_t i = 0; i < world->count; i++) {
        const struct sim_instance *it = &world->instances[i];
        const struct instance *instance = world->core.instances[i];

        if (instance->index == index && instance->interface == interface &&
            (it->container == guid || it->started_at + TRIED > world->core.stop.at ||
             instance->follow.final))
            return true;
    }
    return false;
}

static bool has_index(const struct world *world, unsigned int index)
{
    for (size_t i = 0; i < world->core.count; i++)
        if (world->core.instances[i]->index == index)
            return true;
    return false;
}

/* Whatever runs is captured. */
static void check_captured(struct world *world)
{
    const struct sim_cloud *cloud = &world->cloud;
    uint64_t stop = world->core.stop.at;
    unsigned int reached = cloud_reached(world);

    /* While the output takes nothing, nothing that ended is captured again. */
    if (output_may_block(world))
        return;
    if (stop < SETTLED || was_refused(world, stop - SETTLED) ||
        cloud->reached_since + SETTLED >= stop || world->core.announced_at == UINT64_MAX)
        return;
    for (unsigned int i = 0; i < cloud->wanted[reached]; i++) {
        const struct sim_container *container = &cloud->containers[reached][i];

        if (container->runs_at == NEVER || container->runs_at + SETTLED >= stop ||
            (world->core.config.chosen && !has_index(world, i)))
            continue;
        for (size_t k = 0; k < world->core.config.interfaces.count; k++)
            if (!is_captured_or_tried(world, container->guid, i, k))
                world_violated(world, "index %u runs since %llu, and is not captured on %s", i,
                               (unsigned long long)container->runs_at,
                               world->core.config.interfaces.names[k]);
    }
}

/* No container is captured by two on the same interface at the same time, for longer than it takes
 * to notice. */
void check_twice(struct world *world)
{
    for (size_t i = 0; i < world->count; i++) {
        const struct sim_instance *it = &world->instances[i];

        for (size_t j = 0; j < i && it->capturing && it->container != 0; j++) {
            const struct sim_instance *other = &world->instances[j];

            if (world->core.instances[i]->interface == world->core.instances[j]->interface &&
                other->capturing && other->container == it->container && it->hung_at == NEVER &&
                other->hung_at == NEVER && it->death == DEATH_AT_ONCE &&
                other->death == DEATH_AT_ONCE && it->started_at + 30000 < world->now &&
                other->started_at + 30000 < world->now)
                world_violated(world, "instances %zu and %zu capture the same", j, i);
        }
    }
}

/* Where there is no terminal, a line every ten minutes. */
static void check_reports(struct world *world)
{
    const struct core *core = &world->core;
    uint64_t wanted = 0, told = 0;

    if (core->config.reports && core->announced_at <= core->stop.at)
        wanted = (core->stop.at - core->announced_at) / 600000;
    for (size_t i = 0; i < world->line_count; i++)
        told += strncmp(world->lines[i], "Capturing for ", 14) == 0;
    if (told > wanted || told + 1 < wanted)
        world_violated(world, "%llu lines say how far it is", (unsigned long long)told);
}

/* The latest name of an address is that of the instance that was listed there last. */
static void check_addresses(struct world *world)
{
    const struct writer_about *about = &world->core.about;
    const struct sim_cloud *cloud = &world->cloud;

    for (unsigned int i = 0; i < cloud->listed; i++) {
        const char *name = NULL;
        char address[46], wanted[128];
        bool again = false;

        for (unsigned int k = 0; k < cloud->listed; k++)
            again |= k != i && cloud->addresses[k] == cloud->addresses[i];
        snprintf(address, sizeof address, "10.0.0.%u", cloud->addresses[i]);
        snprintf(wanted, sizeof wanted, "%s-%u", world->core.config.app, i);
        for (size_t k = 0; k < about->name_count; k++)
            if (strcmp(about->names[k].address, address) == 0)
                name = about->names[k].name;
        if (!again && cloud->ran[i] && has_index(world, i) &&
            (name == NULL || strcmp(name, wanted) != 0))
            world_violated(world, "%s of instance %u has the name %s", address, i,
                           name == NULL ? "of none" : name);
    }
}

void check_follow(struct world *world)
{
    check_addresses(world);
    check_reports(world);
    check_captured(world);
    check_told(world);
    check_places(world);
    check_missed(world);
    if (world->core.stop.reason == STOP_APP_GONE && !world->cloud.is_deleted)
        world_violated(world, "it ends because the app is gone, which it is not");
    if (world->cloud.looks)
        world_violated(world, "it still looks");
}
