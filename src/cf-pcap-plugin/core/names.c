#include "names.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *names_of(const struct core *core, const char *address)
{
    for (size_t i = core->about.name_count; i > 0; i--)
        if (strcmp(core->names[i - 1].address, address) == 0)
            return core->names[i - 1].name;
    return NULL;
}

int names_add(struct core *core, const struct writer_name *name)
{
    if (core->about.name_count == core->names_room) {
        size_t room = core->names_room == 0 ? 16 : core->names_room * 2;
        void *names = realloc(core->names, room * sizeof *core->names);

        if (names == NULL)
            return -ENOMEM;
        core->about.names = core->names = names;
        core->names_room = room;
    }
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
