#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "session_list.h"
#include "tell.h"
#include "text.h"

enum {
    BLOCKED_LONG = 2000, /* ms */
    LIST_SIZE = 76,      /* bytes for the instances of an interface */
};

static void add(struct core *core, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(struct core *core, const char *format, ...)
{
    size_t used = strlen(core->text);
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(core->text + used, sizeof core->text - used, format, arguments);
    va_end(arguments);
}

static void totals(struct core *core)
{
    uint64_t packets = 0, bytes = 0, drops = 0, late = 0, available = UINT64_MAX;
    char text[16];

    for (size_t i = 0; i < core->count; i++) {
        const struct session *session = &core->instances[i]->session;

        packets += session->stream.counts.packets;
        bytes += session->stream.counts.bytes;
        drops += instance_drops(core->instances[i]);
        late += session->stream.counts.late;
    }
    if (core->announced_at != UINT64_MAX)
        add(core, "%s, ", text_seconds(text, core->now - core->announced_at));
    if (core->output_count == 1 && core->outputs[0]->rotation.files > 1)
        add(core, "%" PRIu64 " files, ", core->outputs[0]->rotation.files);
    add(core, "%" PRIu64 " packets, %s", packets, text_bytes(text, bytes));
    if (drops > 0)
        add(core, ", %" PRIu64 " dropped", drops);
    if (late > 0)
        add(core, ", %" PRIu64 " late", late);
    for (size_t i = 0; i < core->output_count; i++)
        if (core->outputs[i]->disk.known && core->outputs[i]->disk.available < available)
            available = core->outputs[i]->disk.available;
    if (available < UINT64_MAX)
        add(core, ", %s free", text_bytes(text, available));
}

/* How many of the instances, where it is not all of them: in one number, unless the interfaces
 * differ. */
static void how_many(struct core *core)
{
    const struct interfaces *interfaces = &core->config.interfaces;
    size_t capturing[INTERFACES_MAX] = {0}, expected[INTERFACES_MAX] = {0}, of = 0;
    bool all = true, same = true;

    for (size_t i = 0; i < core->count; i++) {
        const struct instance *instance = core->instances[i];

        capturing[instance->interface] += instance->session.state == SESSION_CAPTURING;
        expected[instance->interface] += !instance->follow.left;
    }
    for (size_t i = 0; i < interfaces->count; i++) {
        all &= capturing[i] >= expected[i];
        same &= capturing[i] == capturing[0];
        of = expected[i] > of ? expected[i] : of;
    }
    if (all)
        return;
    add(core, ", %zu of %zu instances capturing", capturing[0], of);
    for (size_t i = 0; !same && i < interfaces->count; i++)
        if (i == 0)
            add(core, " on %s", interfaces->names[i]);
        else
            add(core, ", %zu on %s", capturing[i], interfaces->names[i]);
}

/* What is waited for: logins, connections that hang, the reader of the output. */
static void what_is_waited_for(struct core *core)
{
    uint64_t login = 0, stall = 0, silent;
    struct session_list logins, stalls, missing;
    char text[16];

    session_list_begin(&logins, core, LIST_SIZE);
    session_list_begin(&stalls, core, LIST_SIZE);
    session_list_begin(&missing, core, LIST_SIZE);

    for (size_t i = 0; i < core->count; i++) {
        const struct session *session = &core->ordered[i]->session;

        if (core->ordered[i]->follow.missing ||
            (core->ordered[i]->follow.attempts > 0 && session->state < SESSION_CAPTURING))
            session_list_add(&missing, core->ordered[i]);
        else if (session->state == SESSION_LOGGING_IN) {
            session_list_add(&logins, core->ordered[i]);
            if (core->now - session->started_at > login)
                login = core->now - session->started_at;
        }
        if (session_stalls(session, core->now, &silent)) {
            session_list_add(&stalls, core->ordered[i]);
            if (silent > stall)
                stall = silent;
        }
    }
    if (core->stop.reason != STOP_NONE)
        add(core, ", stopping");
    else
        how_many(core);
    if (missing.count > 0 && core->stop.reason == STOP_NONE)
        add(core, ", missing: %s", session_list_text(&missing));
    if (core->logins.next_at > core->now && core->stop.reason == STOP_NONE)
        add(core, " (the platform limits logins: the next ones in %s)",
            text_seconds(text, core->logins.next_at - core->now + 999));
    if (logins.count > 0)
        add(core, " (logging in: %s, for %s)", session_list_text(&logins),
            text_seconds(text, login));
    if (stalls.count > 0)
        add(core, ", no answer from %s for %s", session_list_text(&stalls),
            text_seconds(text, stall));
    for (size_t i = 0; i < core->output_count; i++) {
        const struct core_output *output = core->outputs[i];

        if (output->state == OUTPUT_BLOCKED && core->now - output->blocked_since >= BLOCKED_LONG)
            add(core, ", the output takes nothing for %s",
                text_seconds(text, core->now - output->blocked_since));
    }
}

void tell_progress(struct core *core)
{
    totals(core);
    what_is_waited_for(core);
}

void tell_live(struct core *core)
{
    char text[16], name[SESSION_NAME_SIZE];

    core->text[0] = '\0';
    tell_progress(core);
    for (size_t i = 0; core->count > 1 && i < core->count && strlen(core->text) < 448; i++) {
        const struct session *session = &core->instances[i]->session;

        add(core, "  %s: %" PRIu64 ", %s", session_name(name, core, core->instances[i]),
            session->stream.counts.packets, text_bytes(text, session->stream.counts.bytes));
        if (instance_drops(core->instances[i]) > 0)
            add(core, ", %" PRIu64 " dropped", instance_drops(core->instances[i]));
    }
}
