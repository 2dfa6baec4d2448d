/* What has to hold of TLS keys in the output: each file has all that came, each once, and nothing
 * else; and in front of the packets that waited. */
#include <stdlib.h>
#include <string.h>

#include "world.h"

enum {
    LEAD = MERGE_WINDOW -
           2 * MERGE_WINDOW /
               (STREAM_MARKS - 1), /* ms that a packet waits: its time is kept in steps */
    HELD_MAX = 150 * 1024,         /* bytes of packets for which there is room for so long */
};

/* The next key, from that one on, that belongs to the output that is looked at. */
static unsigned int next_key(const struct world *world, unsigned int number)
{
    while (number < world->keys &&
           world->core.instances[world->key_owners[number]]->output->number != world->reading)
        number++;
    return number;
}

void check_keys_begin(struct world *world)
{
    world->keys_found = next_key(world, 0);
    world->keys_read = 0;
}

static bool is_bounded(const struct world *world)
{
    return world->core.config.rotate_size > 0 || world->core.config.max_size > 0;
}

/* The first key of a file that is bounded: the oldest ones may be left out. */
static unsigned int first_key(const struct world *world, const uint8_t *at)
{
    char line[FOLLOWER_LINE];
    unsigned int number = 0;

    for (; is_bounded(world) && number < world->keys; number++) {
        follower_key(line, number);
        if (memcmp(at, line, FOLLOWER_LINE - 1) == 0)
            return number;
    }
    return next_key(world, 0);
}

void check_keys_block(struct world *world, const uint8_t *block, uint32_t length)
{
    uint32_t size;
    char line[FOLLOWER_LINE];

    memcpy(&size, block + 12, sizeof size);
    if (memcmp(block + 8, "KSLT", 4) != 0 || size + 20 > length)
        world_violated(world, "a block of secrets that is none");
    if (world->keys_found == next_key(world, 0) && world->violation == NULL &&
        size >= FOLLOWER_LINE - 1)
        world->keys_found = first_key(world, block + 16);
    for (uint32_t at = 0; world->violation == NULL && at < size; at += FOLLOWER_LINE - 1) {
        follower_key(line, world->keys_found);
        if (size - at < FOLLOWER_LINE - 1 || memcmp(block + 16 + at, line, FOLLOWER_LINE - 1) != 0)
            world_violated(world, "where key %u is to be is something else", world->keys_found);
        if (world->keys_found == world->keys)
            world_violated(world, "there is a key that never came");
        world->keys_read++;
        world->keys_found = next_key(world, world->keys_found + 1);
    }
}

void check_keys_packet(struct world *world, uint32_t number, uint32_t packet)
{
    const struct sim_instance *it = &world->instances[number];
    uint64_t time = it->record_times[packet];
    /* Others may be late, and take those with them. */
    bool alone = world->count == 1 && it->sent < HELD_MAX && !world->core.config.follow;

    if (world->core.config.tls_keys == NULL || world->keys_found == world->keys)
        return;
    if (is_bounded(world) && world->keys_found == next_key(world, 0))
        return; /* all may be left out */
    uint64_t came = world->key_times[world->keys_found];
    if (came < time)
        world_violated(world, "key %u came before packet %u of instance %u, and stands behind it",
                       world->keys_found, packet, number);
    else if (alone && came < time + LEAD)
        world_violated(world, "packet %u did not wait for key %u", packet, world->keys_found);
}

static unsigned long keys_told(const struct world *world)
{
    static const char words[] = "The capture has ";

    for (size_t i = 0; i < world->line_count; i++)
        if (strncmp(world->lines[i], words, sizeof words - 1) == 0)
            return strtoul(world->lines[i] + sizeof words - 1, NULL, 10);
    return 0;
}

void check_keys_end(struct world *world, bool cut_short)
{
    const struct core_config *config = &world->core.config;

    if (config->tls_keys != NULL && !cut_short && config->max_size == 0 &&
        config->rotate_size == 0 && config->rotate_time == 0 && world->keys_found != world->keys)
        world_violated(world, "%u keys came, and %u are in the last file", world->keys,
                       world->keys_found);
    if (config->tls_keys != NULL && !cut_short && world->output_count == 1 &&
        world->outputs[0].count == 1 && keys_told(world) != world->keys_read)
        world_violated(world, "%u keys are in the only file, and it is told that there are %lu",
                       world->keys_read, keys_told(world));
    for (size_t i = 0; i < world->count; i++)
        if (world->followers[i].started && !world->followers[i].gone)
            world_violated(world, "follower %zu is left", i);
    if (world->core.keys.came != world->keys)
        world_violated(world, "%u keys came, and %u are counted", world->keys,
                       (unsigned int)world->core.keys.came);
}
