/*
 * The answers for names, of a Cloud Controller and a container that may not answer, or send what
 * nobody asked for; and what has to hold of them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../core/command.h"
#include "world.h"

/* Makes names so long that not all have room. */
#define LONG "a-part-of-a-name-that-is-rather-long.a-part-of-a-name-that-is-rather-long"

static bool is_asked(const struct world *world)
{
    return world->naming.asked_at != 0;
}

void naming_do(struct world *world, const struct core_action *action)
{
    struct sim_naming *naming = &world->naming;
    const struct core *core = &world->core;
    bool late = core->stop.reason == STOP_NONE && world->now < naming->asked_at + NAMING_LIMIT;

    if (action->kind == ACTION_NAMING_AWAY) {
        world_trace(world, "names are given up");
        if (!is_asked(world))
            world_violated(world, "names are given up, and nobody was asked");
        if (late && !core->is_over)
            world_violated(world, "names are given up without reason");
        naming->asked_at = 0;
        naming->answers_at = NEVER;
        return;
    }
    naming->resolves = action->kind == ACTION_RESOLVE;
    world_trace(world, "ask for %s", naming->resolves ? "addresses" : "services");
    if (is_asked(world))
        world_violated(world, "names are asked for twice at the same time");
    if (core->announced_at == UINT64_MAX || core->stop.reason != STOP_NONE || !core->config.pcapng)
        world_violated(world, "names are asked for, and it is not the time");
    if (naming->resolves && core->instances[action->session]->session.state != SESSION_CAPTURING)
        world_violated(world, "instance %zu is asked, and does not capture", action->session);
    if (naming->resolves && strstr(action->text, " db.internal cache.internal") == NULL &&
        core->config.filter != NULL)
        world_violated(world, "the filter's hosts are not asked for");
    if (!naming->resolves && naming->services++ > 0)
        world_violated(world, "services are asked for twice");
    naming->asked_at = world->now;
    naming->answers_at =
        chance(&world->choices, 8) ? NEVER : world->now + choose(&world->choices, 4000);
}

static void answer_services(struct world *world)
{
    struct hosts hosts = {.count = choose(&world->choices, HOSTS_MAX + 1)};

    for (size_t i = 0; i < hosts.count; i++)
        snprintf(hosts.names[i], sizeof hosts.names[i], "%s%zu.%s",
                 chance(&world->choices, 9) ? "-" : "h", i, LONG);
    core_services(&world->core, chance(&world->choices, 6) ? NULL : &hosts, "reason");
}

/* A few lines of what a container may send, right or wrong. */
static void answer_addresses(struct world *world)
{
    static const char next_host[] = COMMAND_HOST "%u\n";
    static const char *const lines[] = {next_host,    "10.0.%u.1 STREAM x\n", "10.0.%u.1 DGRAM\n",
                                        "fd00::%u\n", "127.0.0.%u\n",         "10.%u\n",
                                        "\n",         "10.1.%u.1 STREAM x\n", "fd00::1:%u  x\n",
                                        "10.0.0.%u"};
    char text[4096] = COMMAND_HOST "0\n";

    for (unsigned int i = choose(&world->choices, 200); i > 0; i--) {
        size_t used = strlen(text);
        unsigned int line = choose(&world->choices, sizeof lines / sizeof *lines);
        unsigned int number = choose(&world->choices, line == 0 ? 35 : 250);

        /* The format is one of those above. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(text + used, sizeof text - used, lines[line], number);
#pragma GCC diagnostic pop
    }
    world->naming.resolved++;
    world->naming.behind = world->outputs[0].closed ? world->outputs[0].count : 0;
    if (chance(&world->choices, 4))
        snprintf(text, sizeof text,
                 COMMAND_HOST "4000000000000000000\n10.0.0.1\n" COMMAND_HOST
                              "x\n10.0.0.1\n" COMMAND_HOST "\n10.0.0.1\n");
    core_resolved(&world->core, text, strlen(text), chance(&world->choices, 4) ? "reason" : NULL);
}

void naming_live(struct world *world)
{
    struct sim_naming *naming = &world->naming;

    if (world->now < naming->answers_at)
        return;
    naming->answers_at = NEVER;
    naming->asked_at = 0;
    if (naming->resolves)
        answer_addresses(world);
    else
        answer_services(world);
}

static bool is_of_instance(const struct world *world, const char *name)
{
    size_t length = strlen(world->core.config.app);

    return strncmp(name, world->core.config.app, length) == 0 && name[length] == '-';
}

/* A record: an address of so many bytes, and its name. It may have been forgotten since. */
static void found_name(struct world *world, const uint8_t *record, size_t size)
{
    const struct core *core = &world->core;
    const char *name = (const char *)record + size;
    char address[46];

    snprintf(address, sizeof address, "%u.%u.%u.%u", record[0], record[1], record[2], record[3]);
    for (size_t i = 0; i < core->about.name_count && i < NAMES_MAX; i++)
        if (strcmp(core->names[i].name, name) == 0 &&
            (size == 16 || strcmp(core->names[i].address, address) == 0))
            world->naming.found[i] = true;
    if (!is_of_instance(world, name) && !hosts_has(&world->core.naming.hosts, name))
        world_violated(world, "a file has the name %s, which is nobody's", name);
}

void check_names_block(struct world *world, const uint8_t *block, uint32_t length)
{
    uint16_t head[2];

    for (uint32_t at = 8; world->violation == NULL; at += 4 + (head[1] + 3U) / 4 * 4) {
        memcpy(head, block + at, sizeof head);
        if (head[0] == 0)
            break;
        if (at + 4 + head[1] + 8 > length || block[at + 4 + head[1] - 1] != '\0')
            world_violated(world, "a record of names is longer than its block");
        else
            found_name(world, block + at + 4, head[0] == 1 ? 4 : 16);
    }
}

/* The last one has those of all hosts, unless that would be too large for it, or it was complete
 * before they came. Those of instances may have become known behind its last packet. */
void check_names_of_file(struct world *world, bool is_last)
{
    const struct core_config *config = &world->core.config;

    if (!config->pcapng || !is_last || config->max_size > 0 || config->rotate_size > 0 ||
        world->naming.behind == world->outputs[0].count)
        return;
    for (size_t i = 0; i < world->core.about.name_count; i++)
        if (!world->naming.found[i] && !is_of_instance(world, world->core.names[i].name))
            world_violated(world, "the last file lacks the name %s", world->core.names[i].name);
}

/* A host gets no address that has a name; hosts
 * are no more than what a file bears. */
void check_names(struct world *world)
{
    const struct core *core = &world->core;
    size_t bytes = 0;

    if (core->about.name_count > NAMES_MAX)
        world_violated(world, "there are %zu names", core->about.name_count);
    for (size_t i = 0; i < core->about.name_count; i++) {
        const struct writer_name *name = &core->names[i];

        if (is_of_instance(world, name->name))
            continue;
        bytes += strlen(name->name);
        for (size_t j = 0; j < i; j++)
            if (strcmp(name->address, core->names[j].address) == 0)
                world_violated(world, "host %s takes the name of %s", name->name, name->address);
        if (strncmp(name->address, "127.", 4) == 0)
            world_violated(world, "the container itself has a name");
    }
    if (bytes > NAMING_BYTES)
        world_violated(world, "the names of hosts have %zu bytes", bytes);
    if (world->naming.resolved == 0 && bytes > 0)
        world_violated(world, "there are names of hosts, and no answer came");
    if (is_asked(world))
        world_violated(world, "it has ended, and names are still asked for");
}
