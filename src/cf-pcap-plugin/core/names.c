#include "names.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The latest of its address; and of a host, or of the latest of its instance. */
static bool is_wanted(const struct core *core, size_t at)
{
    const struct writer_name *name = &core->names[at];
    unsigned int later = 0;

    for (size_t i = at + 1; i < core->about.name_count; i++) {
        if (strcmp(core->names[i].address, name->address) == 0)
            return false;
        later += strcmp(core->names[i].name, name->name) == 0;
    }
    return later < NAMES_EACH || hosts_has(&core->naming.hosts, name->name);
}

/* A file that is being written has those that go; it gets the others once more. */
static void forget_old(struct core *core)
{
    size_t kept = 0;

    for (size_t i = 0; i < core->about.name_count; i++)
        if (is_wanted(core, i))
            core->names[kept++] = core->names[i]; /* what is behind i is as it was */
    if (kept == core->about.name_count)
        return;
    core->about.name_count = kept;
    for (size_t i = 0; i < core->output_count; i++)
        core->outputs[i]->writer.names = 0;
}

static bool make_room(struct core *core)
{
    if (core->about.name_count < core->names_room)
        return true;
    forget_old(core);
    if (core->names_room > 0 && core->about.name_count <= core->names_room / 2)
        return true;
    size_t room = core->names_room == 0 ? NAMES_FIRST : core->names_room * 2;
    void *names = realloc(core->names, room * sizeof *core->names);

    if (names == NULL)
        return core->about.name_count < core->names_room;
    core->about.names = core->names = names;
    core->names_room = room;
    return true;
}

const char *names_of(const struct core *core, const char *address)
{
    for (size_t i = core->about.name_count; i > 0; i--)
        if (strcmp(core->names[i - 1].address, address) == 0)
            return core->names[i - 1].name;
    return NULL;
}

int names_add(struct core *core, const struct writer_name *name)
{
    if (!make_room(core))
        return -ENOMEM;
    core->names[core->about.name_count++] = *name;
    return 0;
}

void names_learn(struct core *core, const struct listed_instance *listed)
{
    bool is_web = core->config.process == NULL || strcmp(core->config.process, "web") == 0;
    struct writer_name name;

    if (listed->address[0] == '\0')
        return;
    snprintf(name.address, sizeof name.address, "%s", listed->address);
    snprintf(name.name, sizeof name.name, "%.60s%s%.40s-%u", core->config.app, is_web ? "" : "-",
             is_web ? "" : core->config.process, listed->index);
    const char *known = names_of(core, name.address);
    if (known == NULL || strcmp(known, name.name) != 0)
        names_add(core, &name);
}
