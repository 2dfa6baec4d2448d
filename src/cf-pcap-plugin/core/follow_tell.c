/* What the user is told of instances that are missing, and captured again. */
#include <stdio.h>
#include <string.h>

#include "../advice.h"
#include "core.h"
#include "follow.h"
#include "session_list.h"
#include "tell.h"
#include "text.h"

enum {
    GATHER = 400 /* ms: those that something happens to at the same time are told of together */
};

/* One of the things that an instance can have to be told of it. */
typedef bool *(*flag_of)(struct instance *instance);

static bool *is_missing(struct instance *instance)
{
    return &instance->follow.tell_missing;
}

static bool *why(struct instance *instance)
{
    return &instance->follow.tell_why;
}

static bool *again(struct instance *instance)
{
    return instance->follow.is_new ? NULL : &instance->follow.tell_again;
}

static bool *scaled_up(struct instance *instance)
{
    return instance->follow.is_new && instance->number == 1 ? &instance->follow.tell_again : NULL;
}

static bool *deployed(struct instance *instance)
{
    return instance->follow.is_new && instance->number > 1 ? &instance->follow.tell_again : NULL;
}

static bool *scaled_down(struct instance *instance)
{
    return instance->follow.replaced ? NULL : &instance->follow.tell_left;
}

static bool *replaced(struct instance *instance)
{
    return instance->follow.replaced ? &instance->follow.tell_left : NULL;
}

static bool is_due(struct instance *instance, flag_of flag)
{
    const bool *is_set = flag(instance);

    return is_set != NULL && *is_set;
}

/* Those of which the same is to be told, as a list; NULL: there are none yet. */
struct group {
    struct session_list list;
    const char *text; /* the list's */
    struct instance *first;
    uint64_t shortest, longest; /* ms: of their last gaps */
};

static void gather_all(struct core *core, struct group *group, flag_of flag)
{
    for (size_t i = 0; i < core->count; i++) {
        struct instance *instance = core->ordered[i];
        uint64_t gap = instance->follow.last_gap;

        if (!is_due(instance, flag) || strcmp(group->first->why, instance->why) != 0)
            continue;
        *flag(instance) = false;
        session_list_add(&group->list, instance);
        group->shortest = gap < group->shortest ? gap : group->shortest;
        group->longest = gap > group->longest ? gap : group->longest;
    }
}

static bool gather(struct core *core, struct group *group, flag_of flag)
{
    bool due = false;

    *group = (struct group){.shortest = UINT64_MAX};
    for (size_t i = 0; i < core->count && !due; i++) {
        struct instance *instance = core->instances[i];

        due = is_due(instance, flag) &&
              (core->now - instance->follow.tell_at >= GATHER || core->stop.reason != STOP_NONE);
        if (due)
            group->first = instance;
    }
    if (!due)
        return false;
    session_list_begin(&group->list, core, SESSION_LIST_MAX);
    gather_all(core, group, flag);
    group->text = session_list_text(&group->list);
    return true;
}

static bool is_one(const struct group *group)
{
    return session_list_is_one(&group->list);
}

static const char *noun(const struct group *group)
{
    return is_one(group) ? "Instance" : "Instances";
}

/* ": 1.1 s to 2.3 s missed.", of their last gaps; or ".". */
static const char *missed(char text[48], const struct group *group)
{
    char shortest[16], longest[16];

    text_time(shortest, group->shortest);
    text_time(longest, group->longest);
    if (group->longest < 100)
        snprintf(text, 48, ".");
    else if (strcmp(shortest, longest) == 0)
        snprintf(text, 48, ": %s missed.", longest);
    else
        snprintf(text, 48, ": %s to %s missed.", shortest, longest);
    return text;
}

/* Those that were told of. */
static void no_longer_new(struct core *core)
{
    for (size_t i = 0; i < core->count; i++) {
        struct following *follow = &core->instances[i]->follow;

        follow->is_new &= follow->gap_from != UINT64_MAX || follow->tell_again;
    }
}

static int instances(struct core *core)
{
    struct group group;
    char text[48];

    if (gather(core, &group, is_missing)) {
        bool one = is_one(&group);

        TEXT(core, "%s %s %s: %s. %s captured again as soon as %s can be.", noun(&group),
             group.text, one ? "is missing" : "are missing", group.first->why,
             one ? "It is" : "They are", one ? "it" : "they");
        return ACTION_WARN;
    }
    if (gather(core, &group, why)) {
        TEXT(core, "%s %s cannot be captured again yet: %s.", noun(&group), group.text,
             group.first->why);
        return ACTION_WARN;
    }
    if (gather(core, &group, scaled_up)) {
        TEXT(core, "%s %s %s new, and captured, too%s", noun(&group), group.text,
             is_one(&group) ? "is" : "are", missed(text, &group));
        no_longer_new(core);
        return ACTION_SAY;
    }
    if (gather(core, &group, deployed)) {
        TEXT(core, "%s %s of the app as it is deployed now %s captured, too%s", noun(&group),
             group.text, is_one(&group) ? "is" : "are", missed(text, &group));
        no_longer_new(core);
        return ACTION_SAY;
    }
    if (gather(core, &group, again)) {
        TEXT(core, "%s %s %s captured again%s", noun(&group), group.text,
             is_one(&group) ? "is" : "are", missed(text, &group));
        return ACTION_SAY;
    }
    if (gather(core, &group, scaled_down)) {
        TEXT(core, "%s %s %s gone: the app was scaled down.", noun(&group), group.text,
             is_one(&group) ? "is" : "are");
        return ACTION_SAY;
    }
    if (gather(core, &group, replaced)) {
        TEXT(core, "%s %s of the app as it was before %s gone.", noun(&group), group.text,
             is_one(&group) ? "is" : "are");
        return ACTION_SAY;
    }
    return ACTION_WAIT;
}

static int looks(struct core *core)
{
    struct look *look = &core->look;
    enum look_told now = look->expired      ? LOOK_TOLD_EXPIRED
                         : look->failed > 1 ? LOOK_TOLD_FAILED
                                            : LOOK_TOLD_WELL;
    enum look_told before = look->told;

    if (now == before || core->stop.reason != STOP_NONE)
        return ACTION_WAIT;
    look->told = now;
    if (now == LOOK_TOLD_EXPIRED) {
        TEXT(core,
             "The login has expired. What is captured goes on, but no instance that ends can be "
             "captured again until you log in: 'cf login', in another terminal.");
        return ACTION_WARN;
    }
    if (now == LOOK_TOLD_FAILED) {
        TEXT(core,
             "Cloud Foundry cannot be asked which instances run: %s. What is captured goes on; it "
             "is asked again.",
             look->why);
        return ACTION_WARN;
    }
    TEXT(core, before == LOOK_TOLD_EXPIRED ? "The login is valid again."
                                           : "Cloud Foundry answers again.");
    return ACTION_SAY;
}

/* That it is deployed at the start is told before the core begins. */
static bool deployment(struct core *core)
{
    if (core->look.beside == 0 || core->look.beside_told)
        return false;
    core->look.beside_told = true;
    TEXT(core, "%s The new one is captured after that.", advice_deployed);
    return true;
}

int follow_tell(struct core *core)
{
    int kind = core->config.follow ? looks(core) : ACTION_WAIT;

    if (!core->config.follow)
        return ACTION_WAIT;
    if (core->stop.reason == STOP_APP_GONE && !core->telling.app_gone) {
        core->telling.app_gone = true;
        TEXT(core, "App '%s' is not there any more: the capture ends.", core->config.app);
        return ACTION_SAY;
    }
    if (kind == ACTION_WAIT && deployment(core))
        return ACTION_SAY;
    return kind != ACTION_WAIT ? kind : instances(core);
}
