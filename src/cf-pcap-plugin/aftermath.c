#include "aftermath.h"

#include <stdlib.h>
#include <string.h>

#include "index_list.h"
#include "lookup.h"

static bool ended_by_itself(const struct instance *instance)
{
    return instance->session.stream.opened && !instance->orderly &&
           (instance->session.cause == CAUSE_ITSELF || instance->session.cause == CAUSE_LOST);
}

static bool any_ended(const struct core *core)
{
    for (size_t i = 0; i < core->count; i++)
        if (ended_by_itself(core->instances[i]))
            return true;
    return false;
}

static const struct listed_instance *find(const struct instances *now, unsigned int index)
{
    for (size_t i = 0; i < now->count; i++)
        if (now->list[i].index == index)
            return &now->list[i];
    return NULL;
}

static bool runs(const struct instances *now, const struct instance *instance)
{
    const struct listed_instance *listed = find(now, instance->index);

    return listed != NULL && listed->running;
}

static bool was_restarted(const struct instances *now, const struct instance *instance)
{
    const char *container = instance->session.container;
    const struct listed_instance *listed = find(now, instance->index);

    return runs(now, instance) && container[0] != '\0' && listed->guid[0] != '\0' &&
           strcmp(listed->guid, container) != 0;
}

/* 'cf events' tells of crashes, restarts, scaling and deployments, each with its time. */
static void tell(struct console *console, const struct options *options, const struct core *core,
                 const struct instances *now, bool restarted)
{
    char text[256];
    struct index_list list;

    index_list_begin(&list, text, sizeof text);
    for (size_t i = 0; i < core->count; i++) {
        const struct instance *instance = core->instances[i];

        if (ended_by_itself(instance) &&
            (restarted ? was_restarted(now, instance) : !runs(now, instance)))
            index_list_add(&list, instance->index);
    }
    if (list.count == 0)
        return;
    if (restarted)
        console_error(console, "Restarted during the capture: %s %s. 'cf events %s' says why.",
                      index_list_noun(&list), text, options->app);
    else
        console_error(console, "Not running any more: %s %s. 'cf events %s' says why.",
                      index_list_noun(&list), text, options->app);
}

void aftermath_tell(struct console *console, const struct cf *cf, const struct options *options,
                    const char *guid, const struct core *core)
{
    struct instances now = {.count = 0};
    char error[LOOKUP_ERROR_SIZE];

    if (options->follow || !any_ended(core) || core->stop.at_once ||
        lookup_instances(cf, guid, options->process, &now, error) != 0)
        return;
    tell(console, options, core, &now, true);
    tell(console, options, core, &now, false);
    free(now.list);
}
