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
static void tell_fate(struct console *console, const struct options *options,
                      const struct core *core, const struct instances *now, bool restarted)
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
    tell_fate(console, options, core, &now, true);
    tell_fate(console, options, core, &now, false);
    free(now.list);
}

/* The CLI only says "not authorized"; Cloud Controller knows whether SSH is switched off. */
static void explain_disabled(struct console *console, const char *app, const char *reason)
{
    console_error(
        console,
        "SSH into app '%s' is disabled (%s), and the capture runs over SSH. To enable it:\n"
        "   for the app:    cf enable-ssh %s\n"
        "   for its space:  cf allow-space-ssh SPACE   (as a space manager)\n"
        "and then: cf restart %s\n"
        "If it is disabled globally, ask the operator of this platform.",
        app, reason, app, app);
}

static void explain_refused(struct console *console, const char *app)
{
    console_error(
        console,
        "SSH into app '%s' was refused: you are not authorized. It takes the role space "
        "developer, and an app that was restarted since SSH was enabled; 'cf ssh %s' must "
        "work.",
        app, app);
}

void aftermath_of_nothing(struct console *console, const struct cf *cf,
                          const struct options *options, const char *guid, const struct core *core)
{
    bool login_failed = false, refused = false;
    char reason[256];

    for (size_t i = 0; i < core->count; i++) {
        login_failed |= core->instances[i]->login_failed;
        refused |= core->instances[i]->refused;
    }
    if (login_failed && lookup_ssh_enabled(cf, guid, reason, sizeof reason) == 0)
        explain_disabled(console, options->app, reason);
    else if (refused)
        explain_refused(console, options->app);
    console_error(console,
                  outputs_error(core) == 0 ? "Nothing was captured." : "Nothing was saved.");
}
