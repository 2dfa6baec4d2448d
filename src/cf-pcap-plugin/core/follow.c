#include "follow.h"

#include <stdio.h>
#include <string.h>

#include "core.h"
#include "tell.h"
#include "text.h"

/* Pauses. */

static uint64_t random_below(struct core *core, uint64_t below)
{
    core->random = core->random * 6364136223846793005U + 1442695040888963407U;
    return (core->random >> 33) % below;
}

/* So that not everybody comes back to a platform at the same moment. */
static uint64_t about(struct core *core, uint64_t ms)
{
    return ms * 3 / 4 + random_below(core, ms / 2 + 1);
}

static uint64_t pause_after(struct core *core, unsigned int attempts, uint64_t most)
{
    uint64_t pause = attempts < 16 ? (uint64_t)PAUSE_MIN << attempts : most;

    return about(core, pause < most ? pause : most);
}

uint64_t follow_pause(struct core *core, unsigned int attempts)
{
    return pause_after(core, attempts, PAUSE_MAX);
}

/* Instances that end. */

static bool is_over(const struct instance *instance)
{
    return instance->session.state == SESSION_OVER &&
           merge_stream_is_over(&instance->session.stream);
}

/* An operator's limit is to be respected; and what was wrong from the beginning is no fault that
 * passes. */
static bool is_final(const struct instance *instance)
{
    const struct session *session = &instance->session;

    if (instance->orderly)
        return true;
    return !session->stream.opened && session->cause == CAUSE_ITSELF && !instance->login_failed;
}

static void look_soon(struct core *core, uint64_t at)
{
    if (at < core->look.next_at)
        core->look.next_at = at;
    core->look.again = core->look.runs;
    core->look.count = 0;
}

static void miss(struct core *core, struct instance *instance)
{
    struct session *session = &instance->session;
    struct following *follow = &instance->follow;

    if (session->captured_from != UINT64_MAX &&
        session->captured_until - session->captured_from >= PAUSE_STEADY)
        follow->attempts = 0;
    if (follow->gap_from == UINT64_MAX)
        follow->gap_from = session->captured_until;
    if (!follow->gap_is_told && session->cause != CAUSE_TWICE) {
        follow->tell_missing = follow->gap_is_told = true;
        follow->tell_at = core->now;
        snprintf(follow->why, sizeof follow->why, "%.299s", instance->why);
    }
    follow->missing = true;
    follow->retry_at = core->now + follow_pause(core, follow->attempts++);
    if (follow->attempts == TRIES_UNTOLD && session->cause != CAUSE_TWICE) {
        follow->tell_why = true;
        follow->tell_at = core->now;
    }
    follow->stalled += session->stalled;
    follow->received += session->received;
    follow->drops += session->drops;
    follow->uncounted |= session->stream.begun && !session->has_drops;
    look_soon(core, follow->retry_at);
}

/* What is missing is so for good. */
static void leave(struct core *core, struct instance *instance, bool replaced)
{
    if (!instance->follow.missing)
        return;
    instance->follow.replaced = replaced;
    instance->follow.missing = false;
    instance->follow.left = true;
    instance->follow.left_at = instance->follow.gap_from;
    instance->follow.gap_from = UINT64_MAX;
    instance->follow.tell_missing = instance->follow.tell_why = false;
    instance->why[0] = '\0';
    if (instance->session.stream.opened) {
        instance->follow.tell_left = true;
        instance->follow.tell_at = core->now;
    }
    stream_free(&instance->session.stream.stream);
}

static void look_at_end(struct core *core, struct instance *instance)
{
    if (!is_over(instance) || instance->follow.missing || instance->follow.final ||
        instance->follow.left)
        return;
    tell_end(core, instance);
    instance->ended = false; /* that is for tell.c */
    instance->follow.final = is_final(instance);
    if (instance->follow.final)
        return;
    instance->failed = false;
    miss(core, instance);
}

/* At the beginning somebody is there who can mend what is wrong. */
static void give_up_at_once(struct core *core)
{
    for (size_t i = 0; i < core->count; i++)
        if (!is_over(core->instances[i]) || core->instances[i]->session.stream.opened)
            return;
    for (size_t i = 0; i < core->count; i++) {
        struct instance *instance = core->instances[i];

        if (instance->session.started_at == 0)
            continue;
        instance->follow.final = true;
        instance->follow.missing = instance->follow.tell_missing = false;
    }
}

static int start_look(struct core *core)
{
    struct look *look = &core->look;

    look->runs = true;
    look->again = false;
    look->began_at = core->now;
    return ACTION_LOOK;
}

int follow_next(struct core *core, struct core_action *action)
{
    struct look *look = &core->look;

    (void)action;
    if (!core->config.follow)
        return ACTION_WAIT;
    if (core->stop.reason != STOP_NONE) {
        if (!look->runs)
            return ACTION_WAIT;
        look->runs = false;
        return ACTION_LOOK_AWAY;
    }
    for (size_t i = 0; i < core->count; i++)
        look_at_end(core, core->instances[i]);
    give_up_at_once(core);
    if (look->runs && core->now - look->began_at >= LOOK_LIMIT) {
        follow_looked(
            core, &(struct core_listing){.result = LOOK_FAILED, .why = "no answer for 30 seconds"});
        return ACTION_LOOK_AWAY;
    }
    if (look->next_at == 0)
        look->next_at = core->now + LOOK_INTERVAL;
    return !look->runs && core->now >= look->next_at ? start_look(core) : ACTION_WAIT;
}

/* What a look has found. */

static bool is_of(const struct instance *instance, const char *process)
{
    return instance->process[0] == '\0' || strcmp(instance->process, process) == 0;
}

/* The instance that is to be captured as that index of that process: itself, or one whose process
 * has gone. NULL: there is none. */
static struct instance *find(const struct core *core, const char *process, unsigned int index)
{
    struct instance *other = NULL;

    for (size_t i = 0; i < core->count; i++) {
        struct instance *instance = core->instances[i];

        if (instance->index != index)
            continue;
        if (is_of(instance, process))
            return instance;
        if (is_over(instance) && !instance->follow.final)
            other = instance;
    }
    return other;
}

static bool is_wanted(const struct core *core, unsigned int index)
{
    for (size_t i = 0; i < core->count; i++)
        if (core->instances[i]->index == index)
            return true;
    return !core->config.chosen;
}

static void begin_again(struct core *core, struct instance *instance)
{
    instance->follow.missing = false;
    merge_again(&core->merge, instance->session.stream.out.number);
    session_again(&instance->session);
    core->merge_is_due = true;
}

static void look_at_listed(struct core *core, const char *process,
                           const struct listed_instance *listed)
{
    struct instance *instance = find(core, process, listed->index);
    struct following *follow;

    if (instance == NULL) {
        if (!listed->running || !is_wanted(core, listed->index) ||
            core_add(core, listed->index, NULL, core->config.chosen) != 0)
            return;
        instance = core->instances[core->count - 1];
        instance->follow.is_new = true;
        instance->follow.since = instance->follow.gap_from = core->now;
    }
    core_learn(core, listed);
    follow = &instance->follow;
    snprintf(instance->process, sizeof instance->process, "%s", process);
    snprintf(instance->absent, sizeof instance->absent, "%s", listed->running ? "" : listed->state);
    if (follow->left && listed->running) { /* scaled down, and up again */
        uint64_t since =
            follow->left_at > core->announced_at ? follow->left_at : core->announced_at;

        follow->absent_for += since < core->now ? core->now - since : 0;
        follow->gap_from = follow->retry_at = core->now;
        follow->missing = follow->gap_is_told = true;
        follow->is_new = !follow->replaced;
        follow->left = follow->tell_left = follow->replaced = false;
    }
    follow->listed = true;
    if (listed->running && instance->session.started_at == 0 && follow->missing)
        follow->since = follow->gap_from = core->now;
    if (follow->missing && listed->running && follow->retry_at <= core->now + LOOK_TOGETHER)
        begin_again(core, instance);
}

static void look_at_list(struct core *core, const struct core_listing *listing)
{
    for (size_t i = 0; i < core->count; i++)
        core->instances[i]->follow.listed = false;
    for (size_t i = 0; i < listing->count; i++)
        look_at_listed(core, listing->process, &listing->list[i]);
    for (size_t i = 0; i < core->count; i++)
        if (!core->instances[i]->follow.listed && !core->instances[i]->follow.final)
            leave(core, core->instances[i],
                  strcmp(core->instances[i]->process, listing->process) != 0);
}

static uint64_t next_look(struct core *core)
{
    uint64_t at = core->now + about(core, LOOK_INTERVAL), retry;
    uint64_t soon = core->now + pause_after(core, core->look.count++, LOOK_SOON);

    for (size_t i = 0; i < core->count; i++) {
        const struct following *follow = &core->instances[i]->follow;

        if (!follow->missing)
            continue;
        retry = follow->retry_at > core->now + LOOK_TOGETHER ? follow->retry_at : soon;
        if (retry < at)
            at = retry;
    }
    return at;
}

void follow_looked(struct core *core, const struct core_listing *listing)
{
    struct look *look = &core->look;
    bool again = look->again;

    look->runs = look->again = false;
    look->not_found = listing->result == LOOK_NOT_FOUND ? look->not_found + 1 : 0;
    look->expired = listing->result == LOOK_EXPIRED;
    if (listing->result == LOOK_LISTED) {
        look->failed = 0;
        look_at_list(core, listing);
        look->next_at = again ? core->now + PAUSE_MIN / 2 : next_look(core);
        return;
    }
    snprintf(look->why, sizeof look->why, "%s", listing->why == NULL ? "" : listing->why);
    if (look->not_found >= 2)
        stop_want(core, STOP_APP_GONE);
    if (listing->result == LOOK_FAILED)
        look->failed++;
    look->next_at =
        core->now + pause_after(core, look->not_found > 0 ? 1 : look->failed + 2, PAUSE_MAX);
}

/* Gaps. */

/* ms: how long it was missed until now, though it was to be captured. */
static uint64_t gap(const struct core *core, const struct following *follow)
{
    uint64_t from = follow->gap_from == 0 ? core->announced_at : follow->gap_from;

    return from > core->now ? 0 : core->now - from;
}

void follow_received(struct core *core, struct instance *instance)
{
    struct following *follow = &instance->follow;
    struct writer_stream *out = &instance->session.stream.out;
    char text[WRITER_COMMENT_MAX], time[16];

    if (follow->is_noted || follow->is_new || gap(core, follow) == 0)
        return;
    follow->is_noted = true;
    snprintf(text, sizeof text, "cf-pcap: %s missed before this packet: %s",
             text_time(time, gap(core, follow)),
             follow->why[0] == '\0' ? "it was not captured" : follow->why);
    writer_comment(out, text);
}

void follow_begun(struct core *core, struct instance *instance)
{
    struct following *follow = &instance->follow;
    uint64_t announced = core->announced_at;

    follow->last_gap = gap(core, follow);
    if (announced <= core->now && follow->last_gap > 0) {
        follow->missed += follow->gap_from > announced ? follow->last_gap : core->now - announced;
        follow->gaps += !follow->is_new;
    }
    if (follow->is_new || follow->gap_is_told) {
        follow->tell_again = true;
        follow->tell_at = core->now;
    }
    follow->gap_from = UINT64_MAX;
    follow->is_noted = follow->tell_why = follow->gap_is_told = false;
    instance->absent[0] = instance->why[0] = follow->why[0] = '\0';
}

uint64_t follow_missed(const struct instance *instance, uint64_t from, uint64_t until)
{
    const struct following *follow = &instance->follow;
    const struct session *session = &instance->session;
    uint64_t begin = UINT64_MAX;

    if (follow->since > from)
        from = follow->since;
    if (follow->left)
        return follow->missed;
    if (follow->gap_from != UINT64_MAX)
        begin = follow->gap_from > from ? follow->gap_from : from;
    else if (session->cause != CAUSE_NONE)
        begin = session->captured_until;
    return follow->missed + (begin < until ? until - begin : 0);
}

uint64_t follow_captured(const struct instance *instance, uint64_t from, uint64_t until)
{
    const struct following *follow = &instance->follow;
    uint64_t missed = follow_missed(instance, from, until);

    if (follow->since > from)
        from = follow->since;
    if (follow->left && follow->left_at < until)
        until = follow->left_at;
    from += follow->absent_for + missed;
    return !instance->session.stream.opened || until < from ? 0 : until - from;
}

/* At a restart something is missing always; but at the end all that run are captured. One that has
 * not run at all is a failure where the user has named it, as it is without --follow. */
bool follow_failed(const struct core *core, const struct instance *instance)
{
    const struct following *follow = &instance->follow;

    if (!core->config.follow || follow->left || core->stop.reason == STOP_APP_GONE)
        return false;
    if (follow->missing && instance->absent[0] != '\0')
        return instance->chosen || instance->session.stream.opened;
    return follow->missing || !instance->session.stream.opened ||
           instance->session.captured_from == UINT64_MAX;
}

/* Where it is. */

static bool is_captured_twice(const struct core *core, const struct instance *instance)
{
    for (size_t i = 0; i < core->count; i++) {
        const struct instance *other = core->instances[i];

        if (other != instance && other->session.state < SESSION_OVER &&
            strcmp(other->session.container, instance->session.container) == 0)
            return true;
    }
    return false;
}

void follow_placed(struct core *core, struct instance *instance)
{
    struct session *session = &instance->session;

    if (!core->config.follow || session->container[0] == '\0')
        return;
    if (session->process[0] != '\0')
        snprintf(instance->process, sizeof instance->process, "%s", session->process);
    session->twice |= is_captured_twice(core, instance);
}

bool follow_may_return(const struct core *core, const struct instance *instance)
{
    return core->config.follow && (instance->follow.missing || instance->follow.left);
}

bool follow_all_ended(const struct core *core)
{
    bool final = false;

    for (size_t i = 0; i < core->count; i++) {
        const struct following *follow = &core->instances[i]->follow;

        final |= follow->final;
        if (core->config.follow && !follow->final && !follow->left &&
            (core->instances[i]->session.started_at != 0 || core->instances[i]->absent[0] == '\0'))
            return false;
    }
    return final || !core->config.follow;
}

uint64_t follow_wake(const struct core *core)
{
    if (!core->config.follow || core->stop.reason != STOP_NONE)
        return UINT64_MAX;
    return core->look.runs ? core->look.began_at + LOOK_LIMIT : core->look.next_at;
}
