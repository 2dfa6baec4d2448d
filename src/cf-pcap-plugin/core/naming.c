#include "naming.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../quote.h"
#include "command.h"
#include "core.h"
#include "names.h"
#include "tell.h"

enum {
    NAME_OVERHEAD = 28, /* bytes of a record beside the name, an IPv6 address among them */
};

/* What happens when. */

static int give_up(struct core *core)
{
    struct naming *naming = &core->naming;
    bool runs = naming->state == NAMING_ASKS || naming->state == NAMING_RESOLVES;

    if (naming->state == NAMING_ASKS)
        snprintf(naming->services, sizeof naming->services, "the capture ended before");
    else if (naming->state == NAMING_RESOLVES && naming->why[0] == '\0')
        snprintf(naming->why, sizeof naming->why, "the capture ended before");
    naming->state = NAMING_OVER;
    return runs ? ACTION_NAMING_AWAY : ACTION_WAIT;
}

static int ask(struct core *core)
{
    struct naming *naming = &core->naming;

    naming->state = NAMING_ASKS;
    naming->since = core->now;
    hosts_of_filter(&naming->hosts, core->config.filter);
    return ACTION_SERVICES;
}

static int resolve(struct core *core, struct core_action *action)
{
    struct naming *naming = &core->naming;

    if (naming->hosts.count == 0) {
        naming->state = NAMING_OVER;
        return ACTION_WAIT;
    }
    for (size_t i = 0; i < core->count && core->now >= core->logins.next_at; i++) {
        if (core->instances[i]->session.state != SESSION_CAPTURING)
            continue;
        if (command_make_resolve(naming->command, sizeof naming->command, &naming->hosts) != 0) {
            naming->state = NAMING_OVER;
            return ACTION_WAIT;
        }
        naming->state = NAMING_RESOLVES;
        naming->since = core->now;
        naming->index = core->instances[i]->index;
        action->session = i;
        action->text = naming->command;
        return ACTION_RESOLVE;
    }
    return ACTION_WAIT;
}

static bool is_late(const struct core *core)
{
    return core->now - core->naming.since >= NAMING_LIMIT;
}

int naming_next(struct core *core, struct core_action *action)
{
    static const char late[] = "no answer for 30 seconds";
    struct naming *naming = &core->naming;

    if (!core->config.pcapng || core->config.check || naming->state == NAMING_OVER)
        return ACTION_WAIT;
    if (core->stop.reason != STOP_NONE || stop_is_over(core))
        return give_up(core);
    switch (naming->state) {
    case NAMING_WAITS:
        return core->announced_at == UINT64_MAX ? ACTION_WAIT : ask(core);
    case NAMING_ASKS:
        if (!is_late(core))
            return ACTION_WAIT;
        core_services(core, NULL, late);
        return ACTION_NAMING_AWAY;
    case NAMING_CHOOSES:
        return resolve(core, action);
    case NAMING_RESOLVES:
        if (!is_late(core))
            return ACTION_WAIT;
        snprintf(naming->why, sizeof naming->why, "%s", late);
        return give_up(core);
    case NAMING_OVER:
        break;
    }
    return ACTION_WAIT;
}

/* Events. */

void core_services(struct core *core, const struct hosts *hosts, const char *why)
{
    struct naming *naming = &core->naming;

    if (naming->state != NAMING_ASKS)
        return;
    naming->state = NAMING_CHOOSES;
    if (hosts == NULL)
        snprintf(naming->services, sizeof naming->services, "%s", why);
    for (size_t i = 0; hosts != NULL && i < hosts->count; i++)
        hosts_add(&naming->hosts, hosts->names[i]);
}

/* The container's own addresses, and none. */
static bool is_of_no_host(const char *address)
{
    return strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0 ||
           strcmp(address, "0.0.0.0") == 0 || strcmp(address, "::") == 0;
}

/* ADDRESS, and what follows it behind a blank. True: it is a new one. */
static bool take_address(struct core *core, const char *host, const char *line, size_t length)
{
    struct naming *naming = &core->naming;
    size_t bytes = strlen(host) + NAME_OVERHEAD, size = 0;
    struct writer_name name;

    while (size < length && strchr("0123456789abcdefABCDEF.:", line[size]) != NULL)
        size++;
    if (size == 0 || size >= sizeof name.address || (size < length && line[size] != ' ') ||
        naming->bytes + bytes > NAMING_BYTES)
        return false;
    memcpy(name.address, line, size);
    name.address[size] = '\0';
    snprintf(name.name, sizeof name.name, "%s", host);
    if (!writer_is_address(name.address) || is_of_no_host(name.address) ||
        names_of(core, name.address) != NULL || names_add(core, &name) != 0)
        return false;
    naming->bytes += bytes;
    return true;
}

/* The number behind COMMAND_HOST, if it is one of the names. */
static const char *find_host(const struct naming *naming, const char *line, size_t length)
{
    size_t beginning = strlen(COMMAND_HOST), number = 0;

    if (length <= beginning || length > beginning + 3 || memcmp(line, COMMAND_HOST, beginning) != 0)
        return NULL;
    for (size_t i = beginning; i < length; i++) {
        if (line[i] < '0' || line[i] > '9')
            return NULL;
        number = number * 10 + (size_t)(line[i] - '0');
    }
    return number < naming->hosts.count ? naming->hosts.names[number] : NULL;
}

static void read_answer(struct core *core, const char *text, size_t length)
{
    struct naming *naming = &core->naming;
    const char *const end = text + length, *host = NULL;
    size_t addresses = 0;

    for (const char *next; text < end; text = next) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        size_t span = (size_t)((newline == NULL ? end : newline) - text);
        bool begins =
            span >= strlen(COMMAND_HOST) && memcmp(text, COMMAND_HOST, strlen(COMMAND_HOST)) == 0;

        next = newline == NULL ? end : newline + 1;
        if (begins) {
            host = find_host(naming, text, span);
            addresses = 0;
        } else if (host != NULL && addresses < NAMING_ADDRESSES &&
                   take_address(core, host, text, span)) {
            naming->resolved += addresses++ == 0;
        }
    }
}

void core_resolved(struct core *core, const char *text, size_t length, const char *why)
{
    struct naming *naming = &core->naming;

    if (naming->state != NAMING_RESOLVES)
        return;
    naming->state = NAMING_OVER;
    read_answer(core, text, length);
    if (why != NULL)
        quote_for_display(naming->why, sizeof naming->why, why, strlen(why));
    for (size_t i = 0; i < core->output_count; i++)
        core->outputs[i]->merge_is_due = true;
}

bool naming_tell(struct core *core)
{
    struct naming *naming = &core->naming;
    size_t used;

    if (!core->config.verbose || naming->told || naming->state != NAMING_OVER ||
        core->announced_at == UINT64_MAX || !core->config.pcapng)
        return false;
    naming->told = true;
    if (naming->why[0] != '\0')
        TEXT(core, "cf-pcap: names: %zu of %zu hosts resolved in instance %u (%s)",
             naming->resolved, naming->hosts.count, naming->index, naming->why);
    else
        TEXT(core, "cf-pcap: names: %zu of %zu hosts have an address", naming->resolved,
             naming->hosts.count);
    used = strlen(core->text);
    if (naming->services[0] != '\0')
        snprintf(core->text + used, sizeof core->text - used,
                 "; those of the services are not known (%s)", naming->services);
    return true;
}
