#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../index_list.h"
#include "tell.h"
#include "text.h"

/* Which other instances ended for the same reason. */
static bool the_same(struct core *core)
{
    while (core->telling.same < core->count) {
        struct instance *first = core->instances[core->telling.same];
        char text[160];
        struct index_list list;

        if (first->why[0] == '\0' || (first->refused && !core->output_was_opened) ||
            first->follow.missing) {
            core->telling.same++;
            continue;
        }
        if (tell_why(core, first))
            return true;
        core->telling.same++;
        index_list_begin(&list, text, sizeof text);
        for (size_t i = 0; first->told && i < core->count; i++)
            if (core->instances[i] != first && strcmp(core->instances[i]->why, first->why) == 0)
                index_list_add(&list, core->instances[i]->index);
        if (list.count == 0)
            continue;
        TEXT(core, "The same for %s %s.", index_list_noun(&list), text);
        return true;
    }
    return false;
}

/* A clock that is off puts packets in the wrong order, and nothing else would show it. */
static bool clocks(struct core *core)
{
    enum { TOLERATED = 3 /* seconds */ };
    const int64_t second = 1000000000;
    const struct instance *least = NULL, *most = NULL;

    for (size_t i = 0; i < core->count; i++) {
        const struct instance *instance = core->instances[i];

        if (!instance->session.has_skew)
            continue;
        if (least == NULL || instance->session.skew < least->session.skew)
            least = instance;
        if (most == NULL || instance->session.skew > most->session.skew)
            most = instance;
    }
    if (least == NULL || most->session.skew / second - least->session.skew / second < TOLERATED)
        return false;
    TEXT(core,
         "The clock of instance %u seems to be %" PRId64
         " s ahead of that of instance %u: their packets are not in the order in which they "
         "were sent.",
         most->index, (most->session.skew - least->session.skew) / second, least->index);
    return true;
}

static bool drops_unknown(struct core *core)
{
    char text[160];
    struct index_list list;

    index_list_begin(&list, text, sizeof text);
    for (size_t i = 0; i < core->count; i++)
        if (core->instances[i]->session.stream.opened && !instance_has_drops(core->instances[i]))
            index_list_add(&list, core->instances[i]->index);
    if (list.count == 0)
        return false;
    TEXT(core, "Not known, and shown as '?': how many packets the kernel dropped in %s %s.",
         index_list_noun(&list), text);
    return true;
}

static uint64_t packets_saved(const struct core *core)
{
    uint64_t packets = 0;

    for (size_t i = 0; i < core->count; i++)
        packets += core->instances[i]->session.stream.counts.packets;
    return packets;
}

static void saved_files(struct core *core)
{
    const struct rotation *rotation = &core->rotation;
    char removed[64] = "";

    if (rotation->removed > 0)
        snprintf(removed, sizeof removed, "; the first %" PRIu64 " were removed (--keep)",
                 rotation->removed);
    TEXT(core, "Saved capture to %llu files, the last is '%s'%s.",
         (unsigned long long)rotation->files, core->output, removed);
}

static void saved(struct core *core)
{
    const char *quote = core->config.to_stdout || core->config.viewer_alone ? "" : "'";

    if (core->output_is_torn)
        TEXT(core, "A part of the capture was written to %s; it ends within a packet.",
             core->output);
    else if (!core->telling.output_failure && core->config.viewer_alone)
        TEXT(core, "The capture was shown in %s.", core->output);
    else if (!core->telling.output_failure && core->config.to_stdout)
        TEXT(core, "The capture was written to standard output.");
    else if (!core->telling.output_failure && core->rotation.files > 1)
        saved_files(core);
    else if (!core->telling.output_failure)
        TEXT(core, "Saved capture to '%s'.", core->output);
    else if (packets_saved(core) > 0)
        TEXT(core, "Saved part of the capture to %s%s%s: %" PRIu64 " packets.", quote, core->output,
             quote, packets_saved(core));
    else
        TEXT(core, "Nothing was saved: %s%s%s holds no packet.", quote, core->output, quote);
}

/* Nobody ever waited for what was captured. */
static bool reader_left_early(const struct core *core)
{
    return core->stop.reason == STOP_OUTPUT_CLOSED && core->announced_at == UINT64_MAX;
}

/* Status 0 means: each chosen instance was captured from the announcement to the stop. */
static int status(const struct core *core)
{
    bool failed = core->failed || !core->output_was_opened || reader_left_early(core);

    failed |= keys_failed(core);
    for (size_t i = 0; i < core->absent_count; i++)
        failed |= core->absent[i]->chosen;
    for (size_t i = 0; i < core->count; i++) {
        const struct instance *instance = core->instances[i];
        bool orderly = instance->orderly && core->stop.reason == STOP_ALL_ENDED;

        failed |= instance->failed || follow_failed(core, instance);
        if (core->config.follow)
            continue;
        failed |= !instance->session.stream.opened;
        failed |=
            !orderly && core->stop.reason != STOP_OUTPUT_CLOSED && tell_missed(core, instance) > 0;
    }
    failed |= core->stop.reason != STOP_OUTPUT_CLOSED && tell_lost(core) > 0;
    return failed ? 1 : 0;
}

int tell_closing(struct core *core, struct core_action *action)
{
    enum { LIVE_OFF, SUMMARY, SAME, CLOCKS, DROPS, QUIET, KEYS, LOST, SAVED, FINISH };
    struct telling *telling = &core->telling;
    int keys;

    action->text = core->text;
    switch (telling->closing) {
    case LIVE_OFF:
        telling->closing = core->output_was_opened ? SUMMARY : SAME;
        core->text[0] = '\0';
        return ACTION_SHOW;
    case SUMMARY:
        if (tell_summary(core))
            return ACTION_SAY;
        telling->closing = SAME;
        /* fall through */
    case SAME:
        if (the_same(core))
            return ACTION_WARN;
        telling->closing = CLOCKS;
        /* fall through */
    case CLOCKS:
        telling->closing = DROPS;
        if (clocks(core))
            return ACTION_SAY;
        /* fall through */
    case DROPS:
        telling->closing = QUIET;
        if (core->output_was_opened && drops_unknown(core))
            return ACTION_SAY;
        /* fall through */
    case QUIET:
        telling->closing = KEYS;
        if (tell_quiet(core, false))
            return ACTION_SAY;
        /* fall through */
    case KEYS:
        keys = keys_tell_closing(core);
        if (keys != ACTION_WAIT)
            return keys;
        telling->closing = LOST;
        /* fall through */
    case LOST:
        telling->closing = SAVED;
        if (tell_lost(core) > 0 && core->stop.reason != STOP_OUTPUT_CLOSED) {
            TEXT(core, "%" PRIu64 " packets that had arrived are not in %s.", tell_lost(core),
                 core->output[0] == '\0' ? "the output" : core->output);
            return ACTION_WARN;
        }
        /* fall through */
    case SAVED:
        telling->closing = FINISH;
        if (reader_left_early(core)) {
            TEXT(core, "The reader of %s left before the capture began.", core->output);
            return ACTION_WARN;
        }
        if (core->output_was_opened && !tell_is_spoiled(core)) {
            saved(core);
            return ACTION_SAY;
        }
        /* fall through */
    default:
        action->status = status(core);
        return ACTION_FINISH;
    }
}
