#include "keys.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "core.h"
#include "pause.h"

static void wrote(void *owner, const uint8_t *bytes, size_t length)
{
    struct keys *keys = owner;

    hellos_packet(&keys->hellos, bytes, length);
}

void keys_init(struct core *core)
{
    if (core->config.tls_keys == NULL)
        return;
    hellos_init(&core->keys.hellos);
}

void keys_begin(struct core *core, struct core_output *output)
{
    const struct core_config *config = &core->config;
    uint64_t size = config->rotate_size;

    if (config->tls_keys == NULL)
        return;
    if (size == 0 || (config->max_size > 0 && config->max_size < size))
        size = config->max_size;
    if (config->split && config->expected > 0)
        output->keys.most = KEY_STORE_MAX / config->expected;
    if (config->split && output->keys.most < KEYS_LEAST)
        output->keys.most = KEYS_LEAST;
    output->merge.wrote = wrote;
    output->merge.owner = &core->keys;
    output->writer.secrets_again = size > 0 ? (size_t)(size / KEYS_PART) : SIZE_MAX;
    output->writer.secrets = &output->keys.lines;
}

void keys_free(struct core *core)
{
    free(core->keys.followers);
    hellos_free(&core->keys.hellos);
}

int keys_add(struct core *core)
{
    struct keys *keys = &core->keys;

    if (core->config.tls_keys == NULL)
        return 0;
    struct follower *followers =
        realloc(keys->followers, (keys->count + 1) * sizeof *keys->followers);
    if (followers == NULL)
        return -ENOMEM;
    keys->followers = followers;
    keys->followers[keys->count++] = (struct follower){.state = FOLLOWER_NONE};
    return 0;
}

void keys_move_time(struct core *core, uint64_t gap)
{
    for (size_t i = 0; i < core->keys.count; i++) {
        struct follower *follower = &core->keys.followers[i];

        follower->started_at += gap;
        follower->heard_at += gap;
        follower->since += gap;
    }
}

/* Events. */

static void take_key(struct core *core, size_t number, const char *line, size_t length)
{
    struct keys *keys = &core->keys;
    struct core_output *output = core->instances[number]->output;
    uint64_t written = output->writer.begun ? output->writer.secrets_until : 0;
    int result = key_store_add(&output->keys, line, length, written);
    uint8_t random[KEY_RANDOM_SIZE];

    if (result < 0)
        keys->dropped++;
    if (result <= 0)
        return;
    keys->came++;
    if (key_log_random(line, length, random) && hellos_take(&keys->hellos, random))
        keys->late++;
}

void core_keys_received(struct core *core, size_t number, const char *bytes, size_t length)
{
    struct follower *follower = &core->keys.followers[number];
    size_t at = 0;

    follower->heard_at = core->now;
    while (key_log_next(&follower->log, bytes, length, &at))
        take_key(core, number, follower->log.line, follower->log.length);
}

static void take_line(struct follower *follower)
{
    static const char *const places[PLACES] = {[PLACE_FOLLOWED] = COMMAND_KEYS "followed",
                                               [PLACE_MISSING] = COMMAND_KEYS "missing",
                                               [PLACE_UNREADABLE] = COMMAND_KEYS "unreadable",
                                               [PLACE_FOLDER] = COMMAND_KEYS "folder"};

    follower->line[follower->line_length] = '\0';
    follower->line_length = 0;
    if (strcmp(follower->line, COMMAND_BEAT) == 0 || follower->line[0] == '\0')
        return;
    for (int place = PLACE_FOLLOWED; place < PLACES; place++)
        if (strcmp(follower->line, places[place]) == 0) {
            follower->place = (enum follower_place)place;
            follower->was_ready = true;
            follower->attempts = 0;
            return;
        }
    memcpy(follower->said, follower->line, sizeof follower->said);
}

void core_keys_message(struct core *core, size_t number, const char *bytes, size_t length)
{
    struct follower *follower = &core->keys.followers[number];

    follower->heard_at = core->now;
    for (size_t i = 0; i < length; i++)
        if (bytes[i] == '\n')
            take_line(follower);
        else if (follower->line_length < sizeof follower->line - 1)
            follower->line[follower->line_length++] = bytes[i];
}

void core_keys_start_failed(struct core *core, size_t number, int error)
{
    core->keys.followers[number].stdout_ended = true;
    core_keys_exited(core, number, error);
}

void core_keys_stdout_ended(struct core *core, size_t number)
{
    core->keys.followers[number].stdout_ended = true;
}

void core_keys_exited(struct core *core, size_t number, int status)
{
    core->keys.followers[number].exited = true;
    core->keys.followers[number].status = status;
}

/* What becomes of a follower? */

static bool captures(const struct core *core, size_t number)
{
    return core->instances[number]->session.state == SESSION_CAPTURING &&
           core->stop.reason == STOP_NONE;
}

/* It does the same in the same container: of another interface, or of an app that is deployed. */
static bool another_follows(const struct core *core, size_t number)
{
    const struct instance *instance = core->instances[number];

    for (size_t i = 0; i < core->keys.count; i++) {
        const struct instance *other = core->instances[i];

        if (i != number && core->keys.followers[i].state != FOLLOWER_NONE &&
            other->index == instance->index &&
            strcmp(other->session.container, instance->session.container) == 0)
            return true;
    }
    return false;
}

static size_t logging_in(const struct core *core)
{
    size_t count = 0;

    for (size_t i = 0; i < core->keys.count; i++)
        count += core->keys.followers[i].state == FOLLOWER_RUNS &&
                 core->keys.followers[i].place == PLACE_UNKNOWN;
    return count;
}

static int begin(struct core *core, size_t number, struct follower *follower)
{
    if (!captures(core, number) || core->now < follower->retry_at ||
        core->now < core->logins.next_at || logging_in(core) >= KEYS_LOGINS)
        return ACTION_WAIT;
    if (another_follows(core, number)) { /* to find that takes a look at all, so not too often */
        follower->retry_at = core->now + KEYS_BESIDE;
        return ACTION_WAIT;
    }
    follower->state = FOLLOWER_RUNS;
    follower->started_at = follower->heard_at = core->now;
    follower->place = PLACE_UNKNOWN;
    follower->exited = follower->stdout_ended = false;
    follower->leave_at = 0;
    follower->line_length = 0;
    follower->said[0] = '\0';
    key_log_begin(&follower->log);
    return ACTION_KEYS_START;
}

static bool is_gone(const struct follower *follower)
{
    return follower->exited && follower->stdout_ended;
}

/* It has ended. Of one that was to go on the next one begins after a pause. */
static int over(struct core *core, struct follower *follower)
{
    follower->state = FOLLOWER_NONE;
    if (follower->leave_at == 0)
        follower->retry_at = core->now + pause_after(core, follower->attempts++, PAUSE_MAX);
    for (size_t i = 0; i < core->output_count; i++)
        core->outputs[i]->merge_is_due = true;
    return ACTION_KEYS_LET_GO;
}

static int leave(struct core *core, struct follower *follower, enum follower_state state)
{
    follower->state = state;
    follower->since = core->now;
    return state == FOLLOWER_ENDING ? ACTION_KEYS_END_INPUT : ACTION_KEYS_KILL;
}

static int run(struct core *core, size_t number, struct follower *follower)
{
    const struct session *session = &core->instances[number]->session;
    bool logs_in = follower->place == PLACE_UNKNOWN;

    if (follower->leave_at == 0 && session->state == SESSION_OVER)
        follower->leave_at = core->now + (logs_in ? 0 : KEYS_TAIL);
    if (is_gone(follower))
        return over(core, follower);
    if (core->stop.at_once || (logs_in && core->now - follower->started_at >= LOGIN_LIMIT) ||
        (!logs_in && core->now - follower->heard_at >= STALL_LIMIT))
        return leave(core, follower, FOLLOWER_KILLED);
    if (follower->leave_at != 0 && core->now >= follower->leave_at)
        return leave(core, follower, FOLLOWER_ENDING);
    return ACTION_WAIT;
}

static int next(struct core *core, size_t number, struct follower *follower)
{
    switch (follower->state) {
    case FOLLOWER_NONE:
        return begin(core, number, follower);
    case FOLLOWER_RUNS:
        return run(core, number, follower);
    case FOLLOWER_ENDING:
        if (is_gone(follower))
            return over(core, follower);
        if (core->stop.at_once || core->now - follower->since >= STOP_SILENCE)
            return leave(core, follower, FOLLOWER_KILLED);
        return ACTION_WAIT;
    case FOLLOWER_KILLED:
        if (is_gone(follower) || core->now - follower->since >= KILL_PATIENCE)
            return over(core, follower);
        return ACTION_WAIT;
    }
    return ACTION_WAIT;
}

int keys_next(struct core *core, struct core_action *action)
{
    for (size_t i = 0; i < core->keys.count; i++) {
        int kind = next(core, i, &core->keys.followers[i]);

        if (kind != ACTION_WAIT) {
            action->session = i;
            return kind;
        }
    }
    return ACTION_WAIT;
}

static void sooner(uint64_t *wake, uint64_t at)
{
    if (at < *wake)
        *wake = at;
}

uint64_t keys_wake(const struct core *core)
{
    uint64_t wake = UINT64_MAX;

    for (size_t i = 0; i < core->keys.count; i++) {
        const struct follower *follower = &core->keys.followers[i];

        if (follower->state == FOLLOWER_NONE && captures(core, i) && follower->retry_at > core->now)
            sooner(&wake, follower->retry_at);
        if (follower->state == FOLLOWER_RUNS && follower->leave_at != 0)
            sooner(&wake, follower->leave_at);
        if (follower->state == FOLLOWER_ENDING)
            sooner(&wake, follower->since + STOP_SILENCE);
        if (follower->state == FOLLOWER_KILLED)
            sooner(&wake, follower->since + KILL_PATIENCE);
    }
    return wake;
}

bool keys_are_over(const struct core *core)
{
    for (size_t i = 0; i < core->keys.count; i++)
        if (core->keys.followers[i].state != FOLLOWER_NONE)
            return false;
    return true;
}

bool keys_are_awaited(const struct core *core)
{
    for (size_t i = 0; i < core->keys.count; i++) {
        const struct follower *follower = &core->keys.followers[i];

        if (captures(core, i) && !follower->was_ready && follower->attempts == 0 &&
            core->now - core->instances[i]->session.captured_from < KEYS_ANNOUNCED &&
            !another_follows(core, i))
            return true;
    }
    return false;
}
