/* Followers of the simulation: children of the plugin that send a key log, among much else. */
#include <errno.h>
#include <string.h>

#include "../core/command.h"
#include "world.h"

static void plan(struct world *world, struct sim_follower *it)
{
    struct choices *c = &world->choices;

    it->cannot_start = chance(c, 12);
    it->hangs = chance(c, 12);
    it->ignores_end = chance(c, 8);
    it->never_dies = chance(c, 8);
    it->ready_at = world->now + choose(c, 3000);
    it->dies_at = chance(c, 4) ? world->now + choose(c, 20000) : NEVER;
    it->interval = 1 + choose(c, 3000);
    it->key_at = NEVER;
    it->beat_at = NEVER;
}

int follower_start(struct world *world, size_t number)
{
    struct sim_follower *it = &world->followers[number];

    if (world->core.config.tls_keys == NULL)
        world_violated(world, "a follower is started that nobody wants");
    if (it->started && !it->gone)
        world_violated(world, "follower %zu is started twice", number);
    *it = (struct sim_follower){.started = true};
    plan(world, it);
    it->gone = it->cannot_start;
    return it->cannot_start ? -EAGAIN : 0;
}

void follower_end_input(struct world *world, size_t number)
{
    struct sim_follower *it = &world->followers[number];

    it->input_ended = true;
    if (!it->ignores_end && !it->hangs)
        it->dies_at = world->now + choose(&world->choices, 300);
}

void follower_kill(struct world *world, size_t number)
{
    struct sim_follower *it = &world->followers[number];

    if (!it->never_dies)
        it->dies_at = world->now + choose(&world->choices, 20);
}

void follower_let_go(struct world *world, size_t number)
{
    world->followers[number].gone = true;
}

/* The line of a key, which tells its number. */
void follower_key(char line[FOLLOWER_LINE], unsigned int number)
{
    snprintf(line, FOLLOWER_LINE, "CLIENT_RANDOM %064x %096x\n", number, number);
}

/* In pieces, as a pipe has them. */
static void send(struct world *world, size_t number, const char *text)
{
    size_t length = strlen(text);

    for (size_t at = 0; at < length;) {
        size_t piece = chance(&world->choices, 4) ? 1 + choose(&world->choices, 50) : length;

        if (piece > length - at)
            piece = length - at;
        core_keys_received(&world->core, number, text + at, piece);
        at += piece;
    }
}

static void send_lines(struct world *world, size_t number)
{
    static const char *const others[] = {"# a comment\n", "\n", "CLIENT_RANDOM 12 34\n",
                                         "a secret that is none of a key log\n"};
    struct choices *c = &world->choices;
    char line[FOLLOWER_LINE];

    if (chance(c, 4))
        send(world, number, others[choose(c, 4)]);
    unsigned int again = world->keys > 0 && chance(c, 4) ? choose(c, world->keys) : world->keys;
    if (again < world->keys && world->key_owners[again] == number) { /* the file is read anew */
        follower_key(line, again);
        send(world, number, line);
    }
    if (world->keys == KEYS_MAX)
        return;
    world->key_times[world->keys] = world->now;
    world->key_owners[world->keys] = number;
    follower_key(line, world->keys++);
    send(world, number, line);
}

static void end(struct world *world, size_t number, struct sim_follower *it)
{
    if (!it->exited && chance(&world->choices, 2)) {
        it->exited = true;
        core_keys_exited(&world->core, number, 1);
    }
    if (!it->stdout_ended && chance(&world->choices, 2)) {
        it->stdout_ended = true;
        core_keys_stdout_ended(&world->core, number);
    }
}

void follower_live(struct world *world, size_t number)
{
    struct sim_follower *it = &world->followers[number];
    char words[64];

    if (!it->started || it->gone)
        return;
    if (world->now >= it->dies_at) {
        end(world, number, it);
        return;
    }
    if (it->hangs)
        return;
    if (world->now >= it->ready_at) {
        snprintf(words, sizeof words, "Welcome\n%s%s\n", COMMAND_KEYS,
                 chance(&world->choices, 4) ? "missing" : "followed");
        core_keys_message(&world->core, number, words, strlen(words));
        it->ready_at = NEVER;
        it->key_at = it->beat_at = world->now;
    }
    if (world->now >= it->beat_at) {
        core_keys_message(&world->core, number, COMMAND_BEAT "\n", strlen(COMMAND_BEAT) + 1);
        it->beat_at = world->now + 3000;
    }
    if (world->now >= it->key_at) {
        send_lines(world, number);
        it->key_at = world->now + it->interval;
    }
}

uint64_t follower_next(const struct world *world, size_t number)
{
    const struct sim_follower *it = &world->followers[number];
    uint64_t at = it->dies_at;

    if (!it->started || it->gone)
        return NEVER;
    if (it->exited && it->stdout_ended)
        return NEVER;
    if (world->now >= it->dies_at)
        return world->now + 1;
    if (it->hangs)
        return at;
    at = it->ready_at < at ? it->ready_at : at;
    at = it->key_at < at ? it->key_at : at;
    return it->beat_at < at ? it->beat_at : at;
}
