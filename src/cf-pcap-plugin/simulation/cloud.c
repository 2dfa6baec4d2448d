/*
 * The Cloud Foundry of the simulation, for scenarios with --follow: containers that crash and come
 * back, an app that is scaled, deployed and deleted, an API that is away, a login that expires.
 */
#include <string.h>

#include "world.h"

enum { HORIZON = 300000 /* ms: events are before this */ };

static void begin_container(struct world *world, unsigned int process, unsigned int index,
                            uint64_t after)
{
    struct sim_container *container = &world->cloud.containers[process][index];

    container->runs_at = world->now + after;
    container->guid = ++world->cloud.guids;
}

void cloud_plan(struct world *world)
{
    struct choices *c = &world->choices;
    struct sim_cloud *cloud = &world->cloud;

    cloud->wanted[0] = world->indexes;
    cloud->goes_to_newest = chance(c, 3);
    cloud->api_away = cloud->api_back = cloud->expires_at = cloud->logs_in_at = NEVER;
    cloud->deleted_at = chance(c, 8) ? choose(c, HORIZON) : NEVER;
    cloud->answers_at = NEVER;
    if (chance(c, 3)) {
        cloud->api_away = choose(c, HORIZON);
        cloud->api_back = cloud->api_away + choose(c, 60000);
    }
    if (chance(c, 3)) {
        cloud->expires_at = choose(c, HORIZON);
        cloud->logs_in_at = chance(c, 2) ? cloud->expires_at + choose(c, 60000) : NEVER;
    }
    for (unsigned int process = 0; process < PROCESSES_MAX; process++)
        for (unsigned int index = 0; index < INDEXES_MAX; index++)
            cloud->containers[process][index].runs_at = NEVER;
    for (unsigned int index = 0; index < cloud->wanted[0]; index++)
        begin_container(world, 0, index, 0);
    for (size_t i = 0; i < EVENTS_MAX; i++) {
        cloud->events[i].at = chance(c, 2) ? choose(c, HORIZON) : NEVER;
        cloud->events[i].kind = (enum cloud_event)choose(c, CLOUD_EVENTS);
    }
}

unsigned int cloud_reached(const struct world *world)
{
    const struct sim_cloud *cloud = &world->cloud;

    return cloud->goes_to_newest ? cloud->newest : cloud->oldest;
}

bool cloud_runs(const struct world *world, unsigned int process, unsigned int index)
{
    return world->now >= world->cloud.containers[process][index].runs_at;
}

static void end_container(struct world *world, unsigned int process, unsigned int index)
{
    struct sim_container *container = &world->cloud.containers[process][index];

    container->runs_at = NEVER;
    for (size_t i = 0; i < world->count; i++) {
        struct sim_instance *it = &world->instances[i];

        if (it->container == container->guid && it->started && !it->gone)
            instance_container_ends(world, i);
    }
}

static void scale(struct world *world, unsigned int process, unsigned int wanted)
{
    struct sim_cloud *cloud = &world->cloud;

    cloud->wanted[process] = wanted;
    for (unsigned int i = 0; i < INDEXES_MAX; i++)
        if (i >= wanted)
            end_container(world, process, i);
        else if (cloud->containers[process][i].runs_at == NEVER)
            begin_container(world, process, i, choose(&world->choices, 5000));
}

static void end_oldest(struct world *world)
{
    struct sim_cloud *cloud = &world->cloud;

    scale(world, cloud->oldest++, 0);
    cloud->reached_since = world->now;
}

static void deploy(struct world *world)
{
    struct sim_cloud *cloud = &world->cloud;
    unsigned int before = cloud->newest;

    if (cloud->newest + 1 == PROCESSES_MAX)
        return;
    if (cloud->newest > cloud->oldest && chance(&world->choices, 2))
        end_oldest(world);
    cloud->newest++;
    if (cloud->goes_to_newest)
        cloud->reached_since = world->now;
    scale(world, cloud->newest, cloud->wanted[before]);
}

static void happen(struct world *world, enum cloud_event kind)
{
    struct sim_cloud *cloud = &world->cloud;
    struct choices *c = &world->choices;
    unsigned int process = chance(c, 2) ? cloud->newest : cloud->oldest;
    unsigned int index = choose(c, INDEXES_MAX);

    world_trace(world, "the cloud: event %d, process %u, index %u", (int)kind, process, index);
    switch (kind) {
    case CLOUD_CRASH:
        end_container(world, process, index);
        if (index < cloud->wanted[process])
            begin_container(world, process, index, choose(c, 20000));
        break;
    case CLOUD_CUT: /* all connections, as when ssh-proxy restarts */
        for (size_t i = 0; i < world->count; i++)
            if (world->instances[i].started && !world->instances[i].gone)
                instance_container_ends(world, i);
        break;
    case CLOUD_SCALE: /* a deployment takes instances of the old process away */
        if (process == cloud->newest)
            scale(world, process, 1 + choose(c, INDEXES_MAX - 1));
        else
            scale(world, process, choose(c, cloud->wanted[process] + 1));
        break;
    case CLOUD_DEPLOY:
        deploy(world);
        break;
    case CLOUD_FINISH: /* a deployment */
        while (cloud->oldest < cloud->newest)
            end_oldest(world);
        break;
    case CLOUD_EVENTS:
        break;
    }
}

bool cloud_refuses(const struct world *world)
{
    const struct sim_cloud *cloud = &world->cloud;

    return (world->now >= cloud->api_away && world->now < cloud->api_back) ||
           (world->now >= cloud->expires_at && world->now < cloud->logs_in_at) ||
           world->now >= cloud->deleted_at;
}

/* What has one name is one instance of one process, on all interfaces, and so are the containers
 * that it is captured in. */
static void check_processes(struct world *world)
{
    const struct core *core = &world->core;

    for (size_t i = 0; i < core->count; i++) {
        const struct instance *one = core->instances[i];

        if (one->session.state < SESSION_OVER && one->session.process[0] != '\0' &&
            !one->session.misplaced && strcmp(one->session.process, one->process) != 0)
            world_violated(world, "instance %u (%u) is captured in another process", one->index,
                           one->number);
        for (size_t j = 0; j < i; j++)
            if (instance_is_same(one, core->instances[j]) &&
                strcmp(one->process, core->instances[j]->process) != 0)
                world_violated(world, "instance %u (%u) is of two processes", one->index,
                               one->number);
    }
}

static void list(struct world *world)
{
    struct sim_cloud *cloud = &world->cloud;
    struct listed_instance listed[INDEXES_MAX] = {{.index = 0}};
    unsigned int reached = cloud_reached(world), beside = 0;
    char process[GUID_SIZE];

    snprintf(process, sizeof process, "%08x", reached);
    for (unsigned int i = 0; i < cloud->wanted[reached]; i++) {
        listed[i].index = i;
        listed[i].running = cloud_runs(world, reached, i);
        /* Addresses of containers that are gone are given again. */
        cloud->addresses[i] = cloud->containers[reached][i].guid % ADDRESSES;
        snprintf(listed[i].address, sizeof listed[i].address, "10.0.0.%u", cloud->addresses[i]);
        cloud->ran[i] = listed[i].running;
        if (listed[i].running && chance(&world->choices, 2))
            listed[i].uptime = (world->now - cloud->containers[reached][i].runs_at) / 1000;
        snprintf(listed[i].state, sizeof listed[i].state,
                 listed[i].running ? "RUNNING" : "STARTING");
    }
    cloud->listed = cloud->wanted[reached];
    for (unsigned int i = reached + 1; i <= cloud->newest; i++)
        beside += cloud->wanted[i];
    core_looked(&world->core, &(struct core_listing){.result = LOOK_LISTED,
                                                     .process = process,
                                                     .beside = beside,
                                                     .list = listed,
                                                     .count = cloud->listed});
    check_processes(world);
}

void cloud_do_look(struct world *world)
{
    struct sim_cloud *cloud = &world->cloud;

    if (cloud->looks)
        world_violated(world, "it looks twice at the same time");
    if (world->now < cloud->looked_at + 100)
        world_violated(world, "it looks again after %llu ms",
                       (unsigned long long)(world->now - cloud->looked_at));
    cloud->looks = true;
    cloud->looked_at = world->now;
    cloud->answers_at =
        chance(&world->choices, 20) ? NEVER : world->now + choose(&world->choices, 1500);
    if (cloud->answers_at == NEVER)
        world_trace(world, "the cloud will not answer");
}

void cloud_do_look_away(struct world *world)
{
    if (!world->cloud.looks)
        world_violated(world, "it looks away and did not look");
    world->cloud.looks = false;
    world->cloud.answers_at = NEVER;
    if (++world->cloud.silent > 1)
        world->cloud.silent_until = world->now;
}

static void answer(struct world *world)
{
    struct sim_cloud *cloud = &world->cloud;
    struct core_listing listing = {.why = "reason"};

    cloud->looks = false;
    cloud->answers_at = NEVER;
    cloud->silent = 0;
    cloud->lied = !cloud->lied && chance(&world->choices, 20);
    if (world->now >= cloud->deleted_at || cloud->lied) /* a proxy says so now and then */
        listing.result = LOOK_NOT_FOUND;
    else if (world->now >= cloud->api_away && world->now < cloud->api_back)
        listing.result = LOOK_FAILED;
    else if (world->now >= cloud->expires_at && world->now < cloud->logs_in_at)
        listing.result = LOOK_EXPIRED;
    else {
        list(world);
        return;
    }
    core_looked(&world->core, &listing);
}

void cloud_live(struct world *world)
{
    struct sim_cloud *cloud = &world->cloud;

    if (!world->core.config.follow)
        return;
    for (size_t i = 0; i < EVENTS_MAX; i++) {
        if (world->now < cloud->events[i].at)
            continue;
        cloud->events[i].at = NEVER;
        happen(world, cloud->events[i].kind);
    }
    if (world->now >= cloud->deleted_at && !cloud->is_deleted) {
        world_trace(world, "the app is deleted");
        cloud->is_deleted = true;
        for (unsigned int process = 0; process < PROCESSES_MAX; process++)
            scale(world, process, 0);
    }
    if (world->now >= cloud->answers_at)
        answer(world);
}

uint64_t cloud_next(const struct world *world)
{
    const struct sim_cloud *cloud = &world->cloud;
    uint64_t at = cloud->answers_at;

    if (!world->core.config.follow)
        return NEVER;
    for (size_t i = 0; i < EVENTS_MAX; i++)
        if (cloud->events[i].at < at)
            at = cloud->events[i].at;
    return !cloud->is_deleted && cloud->deleted_at < at ? cloud->deleted_at : at;
}
