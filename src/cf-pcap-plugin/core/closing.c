#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "session_list.h"
#include "tell.h"
#include "text.h"

/* Which other instances ended for the same reason. */
static bool the_same(struct core *core)
{
    while (core->telling.same < core->count) {
        struct instance *first = core->instances[core->telling.same];
        struct session_list list;

        if (first->why[0] == '\0' || (first->refused && !outputs_were_opened(core)) ||
            first->follow.missing) {
            core->telling.same++;
            continue;
        }
        if (tell_why(core, first))
            return true;
        core->telling.same++;
        session_list_begin(&list, core, SESSION_LIST_MAX);
        for (size_t i = 0; first->told && i < core->count; i++)
            if (core->ordered[i] != first && strcmp(core->ordered[i]->why, first->why) == 0)
                session_list_add(&list, core->ordered[i]);
        if (list.count == 0)
            continue;
        TEXT(core, "The same for %s %s.", session_list_noun(&list), session_list_text(&list));
        return true;
    }
    return false;
}

/* Of the sessions of an instance, which have one clock, the one that shows it best. */
static bool shows_clock(const struct core *core, const struct instance *instance)
{
    for (size_t i = 0; i < core->count; i++) {
        const struct instance *other = core->instances[i];

        if (other != instance && instance_is_same(other, instance) && other->session.has_skew &&
            other->session.skew > instance->session.skew)
            return false;
    }
    return instance->session.has_skew;
}

/* A clock that is off puts packets in the wrong order, and nothing else would show it. */
static bool clocks(struct core *core)
{
    enum { TOLERATED = 3 /* seconds */ };
    const int64_t second = 1000000000;
    const struct instance *least = NULL, *most = NULL;
    char ahead[SESSION_NAME_SIZE], behind[SESSION_NAME_SIZE];

    for (size_t i = 0; i < core->count; i++) {
        const struct instance *instance = core->instances[i];

        if (!shows_clock(core, instance))
            continue;
        if (least == NULL || instance->session.skew < least->session.skew)
            least = instance;
        if (most == NULL || instance->session.skew > most->session.skew)
            most = instance;
    }
    if (least == NULL || most->session.skew / second - least->session.skew / second < TOLERATED)
        return false;
    TEXT(core,
         "The clock of instance %s seems to be %" PRId64 " s ahead of that of instance %s: %s.",
         instance_name(ahead, most), (most->session.skew - least->session.skew) / second,
         instance_name(behind, least),
         core->config.split ? "times in their files differ by that"
                            : "their packets are not in the order in which they were sent");
    return true;
}

static bool drops_unknown(struct core *core)
{
    struct session_list list;

    session_list_begin(&list, core, SESSION_LIST_MAX);
    for (size_t i = 0; i < core->count; i++)
        if (core->ordered[i]->session.stream.opened && !instance_has_drops(core->ordered[i]))
            session_list_add(&list, core->ordered[i]);
    if (list.count == 0)
        return false;
    TEXT(core, "Not known, and shown as '?': how many packets the kernel dropped in %s %s.",
         session_list_noun(&list), session_list_text(&list));
    return true;
}

/* The reader had left before a packet came. */
static bool reader_left_early(const struct core *core)
{
    return core->stop.reason == STOP_OUTPUT_CLOSED && core->announced_at == UINT64_MAX;
}

/* Status 0 means: each chosen instance was captured from the announcement to the stop. */
static int status(const struct core *core)
{
    bool failed = core->failed || !outputs_were_opened(core) || reader_left_early(core);

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
    failed |= core->stop.reason != STOP_OUTPUT_CLOSED && core->stop.reason != STOP_APP_GONE &&
              follow_beside(core) > 0;
    failed |= tell_lost(core) > 0;
    return failed ? 1 : 0;
}

static void lost(struct core *core, uint64_t packets)
{
    bool several = core->config.split || core->outputs[0]->rotation.files > 1;
    const char *name = several ? "the files" : core->outputs[0]->name;

    TEXT(core, "%" PRIu64 " packet%s that had arrived %s not in %s.", packets,
         packets == 1 ? "" : "s", packets == 1 ? "is" : "are", *name == '\0' ? "the output" : name);
}

int tell_closing(struct core *core, struct core_action *action)
{
    enum {
        LIVE_LAST,
        LIVE_OFF,
        SUMMARY,
        SAME,
        OUTPUTS,
        CLOCKS,
        DROPS,
        QUIET,
        KEYS,
        LOST,
        SAVED,
        FINISH
    };
    struct telling *telling = &core->telling;
    int keys;

    action->text = core->text;
    switch (telling->closing) {
    case LIVE_LAST: /* what is shown without being written over is to be right */
        telling->closing = LIVE_OFF;
        if (core->config.live && outputs_were_opened(core)) {
            tell_live(core);
            return ACTION_SHOW;
        }
        /* fall through */
    case LIVE_OFF:
        telling->closing = outputs_were_opened(core) ? SUMMARY : SAME;
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
        telling->closing = OUTPUTS;
        /* fall through */
    case OUTPUTS:
        if (tell_same_outputs(core))
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
        if (outputs_were_opened(core) && drops_unknown(core))
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
        if (tell_lost(core) > 0) {
            lost(core, tell_lost(core));
            return ACTION_WARN;
        }
        /* fall through */
    case SAVED:
        if (reader_left_early(core)) {
            telling->closing = FINISH;
            TEXT(core, "The reader of %s left before the capture began.", core->outputs[0]->name);
            return ACTION_WARN;
        }
        if (tell_saved(core))
            return ACTION_SAY;
        telling->closing = FINISH;
        /* fall through */
    default:
        action->status = status(core);
        return ACTION_FINISH;
    }
}
