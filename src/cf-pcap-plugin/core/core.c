#include "core.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "tell.h"

enum {
    TIME_STOOD_STILL = 5000 /* ms: nobody asked for so long, though a tick is a second at most */
};

int core_init(struct core *core, const struct core_config *config)
{
    *core = (struct core){.config = *config, .announced_at = UINT64_MAX};
    core->about = (struct writer_about){
        .hardware = config->hardware, .os = config->os, .comment = config->comment};
    core->random = config->random;
    core->wanted = config->count > 0 ? config->count : UINT64_MAX;
    logins_init(&core->logins);
    keys_init(core);
    return outputs_init(core);
}

void core_free(struct core *core)
{
    outputs_free(core);
    for (size_t i = 0; i < core->count; i++)
        free(core->instances[i]);
    for (size_t i = 0; i < core->absent_count; i++)
        free(core->absent[i]);
    keys_free(core);
    free((void *)core->instances);
    free((void *)core->ordered);
    free((void *)core->absent);
    free(core->names);
    *core = (struct core){.count = 0};
}

static int append(struct instance ***list, size_t *count, struct instance *instance)
{
    void *longer = realloc((void *)*list, (*count + 1) * sizeof(void *));

    if (longer == NULL)
        return -ENOMEM;
    *list = longer;
    (*list)[(*count)++] = instance;
    return 0;
}

static bool is_before(const struct instance *a, const struct instance *b)
{
    if (a->number != b->number)
        return a->number < b->number;
    return a->index != b->index ? a->index < b->index : a->interface < b->interface;
}

/* Into both lists, or none. */
static int append_captured(struct core *core, struct instance *instance)
{
    void *longer = realloc((void *)core->ordered, (core->count + 1) * sizeof(void *));
    size_t at = core->count;

    if (longer == NULL)
        return -ENOMEM;
    core->ordered = longer;
    if (append(&core->instances, &core->count, instance) != 0)
        return -ENOMEM;
    for (; at > 0 && is_before(instance, core->ordered[at - 1]); at--)
        core->ordered[at] = core->ordered[at - 1];
    core->ordered[at] = instance;
    return 0;
}

/* Numbers those of the same index and interface, and gives it the name that pcapng has for it. */
static void name(const struct core *core, struct instance *instance)
{
    char which[24] = "";

    instance->number = 1;
    for (size_t i = 0; i < core->count; i++)
        instance->number += core->instances[i]->index == instance->index &&
                            core->instances[i]->interface == instance->interface;
    if (instance->number > 1)
        snprintf(which, sizeof which, "(%u) ", instance->number);
    snprintf(instance->name, sizeof instance->name, "%.100s/%u %s%s", core->config.app,
             instance->index, which, core->config.interfaces.names[instance->interface]);
}

static void end_stream(struct instance *instance)
{
    merge_end(&instance->output->merge, instance->session.stream.out.number);
    instance->output->merge_is_due = true;
}

static void wait_until_it_runs(struct instance *instance)
{
    end_stream(instance);
    instance->session.state = SESSION_OVER;
    instance->follow.missing = instance->follow.is_new = true;
    instance->follow.since = UINT64_MAX; /* nothing of it is missed until it runs */
}

int core_add(struct core *core, unsigned int index, size_t interface, const char *state,
             bool chosen)
{
    if (state != NULL && !core->config.follow && interface > 0)
        return 0;
    struct instance *instance = calloc(1, sizeof *instance);
    int result = -ENOMEM;

    if (instance == NULL)
        return result;
    instance->session.captured_from = UINT64_MAX;
    instance->index = index;
    instance->interface = interface;
    instance->follow.gap_from = core->config.follow ? 0 : UINT64_MAX;
    instance->chosen = chosen;
    name(core, instance);
    if (state != NULL)
        snprintf(instance->absent, sizeof instance->absent, "%s", state);
    if (state != NULL && !core->config.follow) {
        result = append(&core->absent, &core->absent_count, instance);
    } else {
        instance->output = outputs_choose(core, instance);
        instance->session.number = core->count;
        if (instance->output != NULL)
            result = merge_add(&instance->output->merge, &instance->session.stream, instance->name);
        instance->session.stream.out.os = "Linux"; /* the tool runs nowhere else */
        if (result == 0)
            result = keys_add(core);
        if (result == 0)
            result = append_captured(core, instance);
    }
    if (result != 0)
        free(instance);
    else if (state != NULL && core->config.follow)
        wait_until_it_runs(instance);
    return result;
}

void core_deployed(struct core *core, unsigned int beside)
{
    core->look.beside = beside;
    core->look.beside_told = beside > 0;
}

static void describe(struct core *core, struct instance *instance, const char *guid)
{
    snprintf(instance->description, sizeof instance->description, "instance %u of %.60s%s%s",
             instance->index, core->config.process == NULL ? "web" : core->config.process,
             guid[0] == '\0' ? "" : ", guid ", guid);
    instance->session.stream.out.description = instance->description;
}

void core_learn(struct core *core, const struct listed_instance *listed)
{
    names_learn(core, listed);
    for (size_t i = 0; i < core->count; i++)
        if (core->instances[i]->index == listed->index &&
            core->instances[i]->description[0] == '\0')
            describe(core, core->instances[i], listed->guid);
}

static struct session *session_of(struct core *core, size_t number)
{
    return &core->instances[number]->session;
}

/* This process did not run for a while (SIGSTOP, a laptop that slept): the instances were not
 * silent. */
static void move_time_on(struct core *core, uint64_t gap)
{
    for (size_t i = 0; i < core->count; i++) {
        struct session *session = session_of(core, i);

        session->started_at += gap;
        session->heard_at += gap;
        session->exited_at += gap;
        session->asked_at += gap;
        session->killed_at += gap;
        session->paused_at += gap;
        session->resumed_at += gap;
    }
    keys_move_time(core, gap);
    core->naming.since += gap;
    for (size_t i = 0; i < core->output_count; i++)
        core->outputs[i]->blocked_since += gap;
}

void core_time(struct core *core, uint64_t now, int64_t clock)
{
    if (core->has_time && now - core->now > TIME_STOOD_STILL)
        move_time_on(core, now - core->now);
    core->has_time = true;
    core->now = now;
    core->clock = clock;
}

/*
 * A second ^C is impatience. A second SIGHUP is not: a shell passes on what the kernel sends too.
 * Nor is the ^C that has ended `cf`: where both are in the foreground, it comes to both, in any
 * order.
 */
void core_signal(struct core *core, enum core_signal signal)
{
    bool is_of_cf = core->stop.reason == STOP_CF_GONE && core->now - core->stop.at < CORE_SAME_KEY;

    if (signal == CORE_INTERRUPT && core->stop.reason != STOP_NONE && !is_of_cf)
        core->stop.at_once = true;
    stop_want(core, signal == CORE_CF_GONE ? STOP_CF_GONE : STOP_USER);
}

uint8_t *core_space(struct core *core, size_t number, size_t *length)
{
    struct session *session = session_of(core, number);
    uint8_t *space =
        merge_space(&core->instances[number]->output->merge, session->stream.out.number, length);

    if (*length == 0 && !session->paused) {
        session->paused = true;
        session->paused_at = core->now;
    }
    return space;
}

void core_received(struct core *core, size_t number, size_t length)
{
    struct instance *instance = core->instances[number];

    session_heard(&instance->session, core->now);
    if (core->config.follow)
        follow_received(core, instance);
    merge_fed(&instance->output->merge, instance->session.stream.out.number, length, core->now);
    instance->output->merge_is_due = true;
}

/* Of the first interface's block; where a session comes to another container, the next file's. */
static void learn_os(struct instance *instance)
{
    memcpy(instance->os, instance->session.os, sizeof instance->os);
    instance->session.stream.out.os = instance->os;
}

void core_message(struct core *core, size_t number, const char *bytes, size_t length)
{
    struct instance *instance = core->instances[number];

    session_message(&instance->session, bytes, length, core->now);
    /* The files that begin from now on are to name the container that it is in now. */
    if (instance->session.container[0] != '\0')
        describe(core, instance, instance->session.container);
    if (instance->session.os[0] != '\0')
        learn_os(instance);
    follow_placed(core, instance);
}

void core_start_failed(struct core *core, size_t number, int error)
{
    struct session *session = session_of(core, number);

    session->cause = CAUSE_START_FAILED;
    session->exited = session->stdout_ended = session->stderr_ended = true;
    session->status = error;
}

void core_stdout_ended(struct core *core, size_t number)
{
    session_of(core, number)->stdout_ended = true;
    end_stream(core->instances[number]);
}

void core_stderr_ended(struct core *core, size_t number)
{
    session_of(core, number)->stderr_ended = true;
}

void core_exited(struct core *core, size_t number, int status)
{
    struct session *session = session_of(core, number);

    session->exited = true;
    session->status = status;
    session->exited_at = core->now;
}

void core_looked(struct core *core, const struct core_listing *listing)
{
    if (core->look.runs)
        follow_looked(core, listing);
}

/* ^C may have ended both, the viewer with a status of its own. */
void core_viewer_failed(struct core *core, const char *why)
{
    if (core->viewer_shows && core->stop.reason == STOP_USER)
        return;
    core->failed = core->viewer_failed = true;
    tell_later(core, "%s", why);
}

/* Closing the viewer is a wish to stop, too; with a file the end of the capture is saved. */
void core_viewer_gone(struct core *core)
{
    if (!core->viewer_shows)
        return;
    core->viewer_shows = false;
    if (core->config.viewer_alone) {
        core_output_failed(core, 0, -EPIPE);
        return;
    }
    stop_want(core, STOP_USER);
    core_unblocked(core, 0);
}

void core_left_changed(struct core *core, size_t number)
{
    core->outputs[number]->rotation.left++;
}

void core_remove_failed(struct core *core, const char *name, int error)
{
    core->failed = true;
    tell_later(core, "Cannot remove %.320s: %s. There will be more files than --keep says.", name,
               strerror(-error));
}
