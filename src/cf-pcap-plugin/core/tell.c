#include "tell.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "session_list.h"
#include "text.h"

enum {
    SHOW_INTERVAL = 250,      /* ms between live lines */
    REPORT_INTERVAL = 600000, /* ms between lines in their place, where there is no terminal */
};

/* The outputs. */

/* Where another failed for the same reason it is named at the end (saved.c). */
static bool is_told_of_another(const struct core *core, const struct core_output *output)
{
    for (size_t i = 0; i < core->output_count; i++) {
        const struct core_output *other = core->outputs[i];

        if (other->told && other->error == output->error && other->was_opened == output->was_opened)
            return true;
    }
    return false;
}

static void how_it_failed(struct core *core, const struct core_output *output)
{
    const char *name = output->name;

    if (output->error == -ETIMEDOUT)
        TEXT(core, "Cannot write %s: it took nothing for five minutes.", name);
    else if (output->error == -EBUSY)
        TEXT(core, "Cannot write %s: another program has it open, such as another cf pcap.", name);
    else if (output->rotation.open_failed && output->rotation.files > 0)
        TEXT(core, "Cannot open the file after %s: %s.", name, strerror(-output->error));
    else if (core_output_is_spoiled(output) && output->error == -ENOENT)
        TEXT(core, "%s was removed, renamed or replaced while it was written.", name);
    else if (core_output_is_spoiled(output))
        TEXT(core,
             "%s was shortened or overwritten by another program while it was written: "
             "packets are missing in it.",
             name);
    else
        TEXT(core, "Cannot write %s: %s.%s", name, strerror(-output->error),
             output->is_file && (output->cut > 0 || output->rotation.dropped)
                 ? " What was written until now can be read."
                 : "");
}

static bool output_failure(struct core *core)
{
    size_t used;

    for (size_t i = 0; i < core->output_count; i++) {
        struct core_output *output = core->outputs[i];

        if (output->told || !core_output_has_failed(output))
            continue;
        core->failed = true;
        if (is_told_of_another(core, output))
            continue;
        output->told = true;
        how_it_failed(core, output);
        used = strlen(core->text);
        if (core->stop.reason == STOP_NONE)
            snprintf(core->text + used, sizeof core->text - used,
                     " The capture of the other instances goes on.");
        return true;
    }
    return false;
}

/* Why it ends, where the user did not end it just now. */
static bool stopped(struct core *core)
{
    const struct core_config *config = &core->config;
    char text[16], other[16];

    if (core->telling.stopped)
        return false;
    core->telling.stopped = core->stop.reason != STOP_NONE;
    switch (core->stop.reason) {
    case STOP_DURATION:
        TEXT(core, "Stopped after %s (--duration).", text_time(text, config->duration));
        return true;
    case STOP_COUNT:
        TEXT(core, "Stopped after %" PRIu64 " packet%s (--count).", config->count,
             config->count == 1 ? "" : "s");
        return true;
    case STOP_SIZE:
        TEXT(core, "Stopped at %s (--max-size).", text_bytes(text, config->max_size));
        return true;
    case STOP_DISK:
        core->failed = true;
        TEXT(core,
             "Stopped: of the disk of %s only %s are free, and %s are to be left free (--reserve).",
             core->full->name, text_bytes(text, core->full->disk.available),
             text_bytes(other, stop_reserve(config->reserve, core->full->disk.size)));
        return true;
    default:
        return false;
    }
}

void tell_later(struct core *core, const char *format, ...)
{
    struct telling *telling = &core->telling;
    size_t room = sizeof telling->later - telling->later_length;
    va_list arguments;

    va_start(arguments, format);
    int length = vsnprintf(telling->later + telling->later_length, room, format, arguments);
    va_end(arguments);
    if (length >= 0 && (size_t)length < room)
        telling->later_length += (size_t)length + 1;
}

/* The next of these lines. */
static bool kept(struct core *core)
{
    struct telling *telling = &core->telling;
    size_t length = strlen(telling->later) + 1;

    if (telling->later_length == 0)
        return false;
    TEXT(core, "%s", telling->later);
    telling->later_length -= length;
    memmove(telling->later, telling->later + length, telling->later_length);
    return true;
}

static bool viewer_stuck(struct core *core)
{
    if (!core->viewer_stuck || core->telling.viewer_stuck)
        return false;
    core->telling.viewer_stuck = true;
    TEXT(core,
         "%s has taken nothing for %d seconds, as when its capture is stopped: the capture ends.",
         core->config.viewer, VIEWER_PATIENCE / 1000);
    return true;
}

static bool link_types(struct core *core)
{
    char name[SESSION_NAME_SIZE];

    for (size_t i = 0; i < core->count && !core->telling.link_types; i++) {
        const struct instance *instance = core->instances[i];

        if (instance->session.stream.state != MERGE_REFUSED)
            continue;
        core->telling.link_types = true;
        core->failed = true;
        TEXT(core,
             "Instance %s captures packets of another link type (%u) than those captured before "
             "(%u), and a pcap file holds only one: use --format pcapng, or an output whose "
             "name ends in .pcapng.",
             session_name(name, core, instance), instance->session.stream.stream.link_type,
             instance->output->writer.link_type);
        return true;
    }
    return false;
}

/* The ends of instances. */

static bool is_told(const struct core *core, const char *why)
{
    for (size_t i = 0; i < core->count; i++)
        if (core->instances[i]->told && strcmp(core->instances[i]->why, why) == 0)
            return true;
    return false;
}

bool tell_why(struct core *core, struct instance *instance)
{
    const char *how = "ended early";
    char name[SESSION_NAME_SIZE];

    if (instance->why[0] == '\0' || instance->told || is_told(core, instance->why))
        return false;
    instance->told = true;
    if (!instance->session.stream.opened)
        how = "cannot be captured";
    else if (instance->session.cause == CAUSE_STOP)
        how = "did not end in order";
    TEXT(core, "Instance %s %s: %s", session_name(name, core, instance), how, instance->why);
    return true;
}

static bool ends(struct core *core)
{
    for (size_t i = 0; i < core->count; i++) {
        struct instance *instance = core->instances[i];

        if (instance->ended || instance->session.state != SESSION_OVER ||
            !merge_stream_is_over(&instance->session.stream) || follow_may_return(core, instance))
            continue;
        tell_end(core, instance);
        if (!instance->refused && tell_why(core, instance))
            return true;
    }
    return false;
}

/* While it runs. */

/* Whether it will be captured is not known yet: it logs in, or has failed to, and may try again. */
static bool is_undecided(const struct core *core, const struct session *session)
{
    return session->state < SESSION_CAPTURING ||
           (session->state == SESSION_ENDING && !session->stream.begun &&
            core->now - session->asked_at < STOP_SILENCE);
}

/* It has not been announced yet, and some still log in for the first time. */
static bool begins(const struct core *core)
{
    if (core->announced_at != UINT64_MAX || core->stop.reason != STOP_NONE)
        return false;
    for (size_t i = 0; i < core->count; i++)
        if (is_undecided(core, &core->instances[i]->session) &&
            core->instances[i]->follow.attempts == 0)
            return true;
    return false;
}

static bool announcement(struct core *core)
{
    size_t capturing = 0;

    if (core->announced_at != UINT64_MAX || core->stop.reason != STOP_NONE || begins(core))
        return false;
    for (size_t i = 0; i < core->count; i++)
        capturing += core->instances[i]->session.state == SESSION_CAPTURING;
    if (capturing == 0 || keys_are_awaited(core))
        return false;
    core->announced_at = core->now;
    TEXT(core, "Capturing, press ^C to stop...");
    return true;
}

/* How long each step took is what --verbose is for. */
static bool logins(struct core *core)
{
    char text[16], name[SESSION_NAME_SIZE];

    for (size_t i = 0; core->config.verbose && i < core->count; i++) {
        struct instance *instance = core->instances[i];
        const struct session *session = &instance->session;

        if (instance->login_told || session->captured_from == UINT64_MAX)
            continue;
        instance->login_told = true;
        TEXT(core, "cf-pcap: instance %s captures, %s after its cf ssh was started",
             session_name(name, core, instance),
             text_time(text, session->captured_from - session->started_at));
        return true;
    }
    return false;
}

/* Those that hang for the same reason fall silent within the time between two signs of life. */
static bool stalls(struct core *core)
{
    struct session_list list;
    bool due = false;
    uint64_t silent;

    for (size_t i = 0; i < core->count; i++) {
        struct session *session = &core->instances[i]->session;

        if (session_stalls(session, core->now, &silent))
            due |= !session->stall_told && silent >= STALL + COMMAND_BEAT_INTERVAL * 1000;
        else
            session->stall_told = false;
    }
    session_list_begin(&list, core, SESSION_LIST_MAX);
    for (size_t i = 0; due && i < core->count; i++) {
        struct session *session = &core->ordered[i]->session;

        if (session->stall_told || !session_stalls(session, core->now, &silent))
            continue;
        session->stall_told = true;
        session_list_add(&list, core->ordered[i]);
    }
    if (!due)
        return false;
    TEXT(core,
         "No answer from %s %s for more than %d seconds: the connection hangs. What is captured "
         "meanwhile comes later, or is missing at the end.",
         session_list_noun(&list), session_list_text(&list), STALL / 1000);
    return true;
}

static bool live(struct core *core)
{
    if (!core->config.live || core->now - core->telling.shown_at < SHOW_INTERVAL)
        return false;
    core->telling.shown_at = core->now;
    tell_live(core);
    return true;
}

/* Into a log, now and then. */
static bool report(struct core *core)
{
    if (!core->config.reports || core->announced_at == UINT64_MAX || core->stop.reason != STOP_NONE)
        return false;
    if (core->telling.reported_at == 0)
        core->telling.reported_at = core->announced_at;
    if (core->now - core->telling.reported_at < REPORT_INTERVAL)
        return false;
    core->telling.reported_at = core->now;
    TEXT(core, "Capturing for ");
    tell_progress(core);
    return true;
}

int tell_next(struct core *core, struct core_action *action)
{
    action->text = core->text;
    if (output_failure(core) || kept(core) || viewer_stuck(core) || link_types(core) ||
        ends(core) || logins(core) || naming_tell(core))
        return ACTION_WARN;
    if (stopped(core))
        return core->stop.reason == STOP_DISK ? ACTION_WARN : ACTION_SAY;
    /* What is the same for several is one line, once all have logged in. */
    int keys = begins(core) ? ACTION_WAIT : keys_tell(core);
    if (keys != ACTION_WAIT)
        return keys;
    if (announcement(core) || tell_quiet(core, true))
        return ACTION_SAY;
    if (stalls(core))
        return ACTION_WARN;
    int followed = follow_tell(core);
    if (followed != ACTION_WAIT)
        return followed;
    if (stop_is_over(core) && outputs_are_closed(core))
        return tell_closing(core, action);
    if (report(core))
        return ACTION_SAY;
    return live(core) ? ACTION_SHOW : ACTION_WAIT;
}
