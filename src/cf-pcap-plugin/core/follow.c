#include "follow.h"

#include <stdio.h>
#include <string.h>

#include "core.h"
#include "pause.h"
#include "tell.h"

bool follow_is_over(const struct instance *instance)
{
    return instance->session.state == SESSION_OVER &&
           merge_stream_is_over(&instance->session.stream);
}

/* An operator's limit is to be respected; and what was wrong from the beginning is no fault that
 * passes. */
static bool is_final(const struct instance *instance)
{
    const struct session *session = &instance->session;

    if (instance->orderly || session->cause == CAUSE_OUTPUT)
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
    if (!follow->gap_is_told && session->cause != CAUSE_MISPLACED) {
        follow->tell_missing = follow->gap_is_told = true;
        follow->tell_at = core->now;
        snprintf(follow->why, sizeof follow->why, "%.299s", instance->why);
    }
    follow->missing = true;
    follow->retry_at = core->now + pause_after(core, follow->attempts++, PAUSE_MAX);
    if (follow->attempts == TRIES_UNTOLD && session->cause != CAUSE_MISPLACED) {
        follow->tell_why = true;
        follow->tell_at = core->now;
    }
    if (session->captured_from == UINT64_MAX) { /* the gap goes on behind what came of it */
        follow->is_noted = false;
        session->stream.out.comment[0] = '\0';
    }
    follow->stalled += session->stalled;
    session->stalled = 0;
    follow->received += session->received;
    follow->drops += session->drops;
    follow->uncounted |= session->stream.begun && !session->has_drops;
    look_soon(core, follow->retry_at);
}

static void look_at_end(struct core *core, struct instance *instance)
{
    if (!follow_is_over(instance) || instance->follow.missing || instance->follow.final ||
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

/* At the beginning the user is there, and can mend what is wrong. */
static void give_up_at_once(struct core *core)
{
    for (size_t i = 0; i < core->count; i++)
        if (!follow_is_over(core->instances[i]) || core->instances[i]->session.stream.opened)
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

/* As at the start one that does not run. */
static bool any_is_missing(const struct core *core)
{
    for (size_t i = 0; i < core->count; i++)
        if (core->instances[i]->follow.missing)
            return true;
    return false;
}

int follow_next(struct core *core)
{
    struct look *look = &core->look;

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
        look->next_at = core->now + (any_is_missing(core) ? PAUSE_MIN : LOOK_INTERVAL);
    return !look->runs && core->now >= look->next_at ? start_look(core) : ACTION_WAIT;
}

/* Where it is. */

bool follow_can_become(const struct core *core, const struct instance *instance,
                       const char *process)
{
    if (instance->process[0] == '\0' || strcmp(instance->process, process) == 0)
        return true;
    if (core->stop.reason != STOP_NONE) /* what it has is the other one's */
        return false;
    for (size_t i = 0; i < core->count; i++) {
        const struct instance *other = core->instances[i];
        const char *is_in = other->session.process;

        if (instance_is_same(other, instance) &&
            (other->follow.final ||
             (is_in[0] != '\0' && strcmp(is_in, process) != 0 && !follow_is_over(other))))
            return false;
    }
    return true;
}

void follow_become(struct core *core, const struct instance *instance, const char *process)
{
    for (size_t i = 0; i < core->count; i++) {
        struct instance *other = core->instances[i];

        if (instance_is_same(other, instance))
            snprintf(other->process, sizeof other->process, "%s", process);
    }
}

static bool is_captured_twice(const struct core *core, const struct instance *instance)
{
    for (size_t i = 0; i < core->count; i++) {
        const struct instance *other = core->instances[i];

        if (other != instance && other->interface == instance->interface &&
            other->session.state < SESSION_OVER &&
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
    if (session->process[0] != '\0' && follow_can_become(core, instance, session->process))
        follow_become(core, instance, session->process);
    else
        session->misplaced |= session->process[0] != '\0';
    session->misplaced |= is_captured_twice(core, instance);
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
