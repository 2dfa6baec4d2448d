/* What has to hold at the end of a scenario, whatever happened in it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "world.h"

enum {
    END_MAX = 130000,     /* ms from the reason to the end, while the output takes what it gets */
    IMPATIENT_MAX = 5000, /* ms from the second ^C to the end */
};

/* What the output holds of an instance. */
struct found {
    uint64_t packets;
    int64_t last; /* number of the last one, -1: none */
    uint64_t received, dropped;
    bool has_statistics;
};

static uint32_t get32(const uint8_t *at)
{
    uint32_t value;

    memcpy(&value, at, sizeof value);
    return value;
}

static void found_packet(struct world *world, struct found *found, const uint8_t *bytes,
                         int64_t owner)
{
    uint32_t number = get32(bytes), packet = get32(bytes + 4);

    if (number >= world->count)
        world_violated(world, "the output holds a packet of nobody");
    else if (world->core.instances[number]->output->number != world->reading)
        world_violated(world, "packet %u of instance %u is in output %zu", packet, number,
                       world->reading);
    else if ((int64_t)packet <= found[number].last)
        world_violated(world, "packet %u of instance %u is in the output twice or out of turn",
                       packet, number);
    else if (packet >= world->instances[number].arrived)
        world_violated(world, "packet %u of instance %u never arrived", packet, number);
    else if (owner >= 0 && owner != (int64_t)number)
        world_violated(world, "packet %u of instance %u has another's interface", packet, number);
    if (world->violation != NULL)
        return;
    check_keys_packet(world, number, packet);
    found[number].last = packet;
    found[number].packets++;
}

/* Reads whole records; returns how many bytes they are. */
static size_t read_pcap(struct world *world, const struct sim_file *output, struct found *found)
{
    size_t at = 24;

    if (output->length < at)
        return 0;
    if (get32(output->bytes) != 0xa1b2c3d4 && get32(output->bytes) != 0xa1b23c4d)
        world_violated(world, "the output does not begin with a header");
    while (world->violation == NULL && output->length - at >= 16) {
        size_t length = 16 + (size_t)get32(output->bytes + at + 8);

        if (output->length - at < length)
            break;
        found_packet(world, found, output->bytes + at + 16, -1);
        at += length;
    }
    return at;
}

/* Whose each interface of a file is. */
struct owners {
    uint32_t numbers[4 * INSTANCES_MAX];
    uint32_t count;
};

static void read_interface(struct world *world, struct owners *owners, const uint8_t *block,
                           uint32_t length)
{
    uint16_t option[2]; /* if_name, and its length */

    memcpy(option, block + 16, sizeof option);
    if (get32(block + 12) != STREAM_PACKET_MAX)
        world_violated(world, "interfaces have different snaplens");
    if (owners->count == 4 * INSTANCES_MAX || option[0] != 2 || length < 20U + option[1])
        world_violated(world, "an interface too many, or without a name");
    for (uint32_t i = 0; world->violation == NULL && i < world->core.count; i++) {
        const char *name = world->core.instances[i]->name;

        if (strlen(name) == option[1] && memcmp(name, block + 20, option[1]) == 0) {
            owners->numbers[owners->count++] = i;
            return;
        }
    }
    world_violated(world, "an interface of nobody");
}

static void read_statistics(struct world *world, struct found *found, uint32_t number,
                            const uint8_t *block, uint32_t length)
{
    const struct instance *instance = world->core.instances[number];
    const struct core_config *config = &world->core.config;
    bool rotates = config->rotate_size > 0 || config->rotate_time > 0;
    const uint8_t *option = block + 20;

    if (found[number].has_statistics)
        world_violated(world, "instance %u has statistics twice", number);
    found[number].has_statistics = true;
    while (option + 16 <= block + length && (get32(option) & 0xffff) != 4) /* isb_ifrecv */
        option += 12;
    if (option + 16 > block + length) {
        if (!rotates && instance_has_drops(instance))
            world_violated(world, "instance %u has no counts", number);
        return;
    }
    uint32_t received = get32(option + 4);
    if (received < found[number].packets || received > world->instances[number].records ||
        (!rotates && instance_has_drops(instance) &&
         received != (uint32_t)instance_received(instance)))
        world_violated(world, "instance %u has wrong statistics: %u received, %llu found, %u sent",
                       number, received, (unsigned long long)found[number].packets,
                       world->instances[number].records);
}

static size_t read_pcapng(struct world *world, const struct sim_file *output, struct found *found)
{
    struct owners owners = {.count = 0};
    uint32_t sections = 0;
    size_t at = 0;

    while (world->violation == NULL && output->length - at >= 12) {
        const uint8_t *block = output->bytes + at;
        uint32_t type = get32(block), length = get32(block + 4);

        if (length < 12 || length % 4 != 0 || length > 300000)
            world_violated(world, "a block of %u bytes at %zu", length, at);
        if (world->violation != NULL || output->length - at < length)
            break;
        if (get32(block + length - 4) != length)
            world_violated(world, "a block's lengths differ at %zu", at);
        sections += type == 0x0a0d0d0a;
        if (sections != 1)
            world_violated(world, "%u section headers by %zu", sections, at);
        if (type == 1)
            read_interface(world, &owners, block, length);
        else if ((type == 5 || type == 6) && get32(block + 8) >= owners.count)
            world_violated(world, "a packet of an interface that is not there");
        else if (type == 6)
            found_packet(world, found, block + 28, owners.numbers[get32(block + 8)]);
        else if (type == 10)
            check_keys_block(world, block, length);
        else if (type == 4)
            check_names_block(world, block, length);
        else if (type == 5)
            read_statistics(world, found, owners.numbers[get32(block + 8)], block, length);
        at += length;
    }
    return at;
}

static uint64_t packets(const struct world *world, const struct found *found)
{
    uint64_t all = 0;

    for (size_t i = 0; i < world->count; i++)
        all += found[i].packets;
    return all;
}

/* Each is whole by itself: the last one that fails may be a pipe. */
static size_t check_file(struct world *world, const struct sim_output *output, size_t number,
                         struct found *found, bool cut_short)
{
    const struct sim_file *file = &output->files[number];
    uint64_t before = packets(world, found);

    check_keys_begin(world);
    memset(world->naming.found, 0, sizeof world->naming.found);
    for (size_t i = 0; i < world->count; i++)
        found[i].has_statistics = false;
    size_t whole =
        world->core.config.pcapng ? read_pcapng(world, file, found) : read_pcap(world, file, found);
    uint64_t count = packets(world, found) - before;

    if (whole != file->length && (output->kind == OUTPUT_IS_FILE || !cut_short))
        world_violated(world, "file %zu ends within a record: %zu of %zu bytes are whole", number,
                       whole, file->length);
    if (world->core.config.rotate_size > 0 && count > 1 &&
        file->length > world->core.config.rotate_size)
        world_violated(world, "file %zu is larger than --rotate-size", number);
    check_names_of_file(world, number + 1 == output->count && !cut_short);
    if (number > 0 && count == 0 && !cut_short)
        world_violated(world, "file %zu holds no packet", number);
    return whole;
}

static void check_output(struct world *world, const struct sim_output *output, struct found *found)
{
    const struct core_output *core = world->core.outputs[output->number];
    bool cut_short = output->failed || core->error != 0;

    world->reading = output->number;
    if (!output->opened)
        return;
    if (!output->closed)
        world_violated(world, "output %zu is not closed", output->number);
    if (cut_short && core->error != -EPIPE && core->error != -ECANCELED && world->status == 0)
        world_violated(world, "output %zu has failed, and the status is 0", output->number);
    size_t whole = 0;

    for (size_t i = 0; i < output->count; i++)
        whole = check_file(world, output, i, found, cut_short);
    check_keys_end(world, cut_short);
    bool torn = output->count > 0 && whole != output->files[output->count - 1].length &&
                core->error != -EPIPE;
    if (torn != world_was_told(world, "ends within a packet") && core->error != -EPIPE)
        world_violated(world, "the output %s within a record, and the user is told otherwise",
                       torn ? "ends" : "does not end");
}

/* Every packet that arrived is in the output once, or counted as lost. */
static void check_packets(struct world *world, const struct found *found)
{
    for (size_t i = 0; i < world->count && world->violation == NULL; i++) {
        const struct merge_counts *counts = &world->core.instances[i]->session.stream.counts;
        uint64_t arrived = world->instances[i].arrived;
        /* Of a pipe that broke nobody knows what its reader has read. */
        const struct core_output *output = world->core.instances[i]->output;
        bool in_pipe = world->outputs[output->number].kind == OUTPUT_IS_PIPE && output->error != 0;

        if (counts->packets + counts->lost + counts->unwanted != arrived)
            world_violated(world, "of instance %zu %llu packets arrived, %llu are saved, %llu lost",
                           i, (unsigned long long)arrived, (unsigned long long)counts->packets,
                           (unsigned long long)counts->lost);
        else if (found[i].packets != counts->packets && !in_pipe)
            world_violated(world, "of instance %zu the output holds %llu packets, not %llu", i,
                           (unsigned long long)found[i].packets,
                           (unsigned long long)counts->packets);
        else if (found[i].last >= 0 && counts->lost == 0 &&
                 found[i].packets + counts->unwanted != arrived)
            world_violated(world, "of instance %zu a packet is missing", i);
    }
}

/* By more than may be missed? */
static bool is_before(uint64_t time, uint64_t stop)
{
    return time != NEVER && time + TOLERANCE < stop;
}

/* Was it captured from the announcement to the stop? Then all its packets of that time are there.
 */
static bool is_complete(const struct world *world, size_t number, const struct found *found)
{
    const struct sim_instance *it = &world->instances[number];
    uint64_t stop = world->core.stop.at;
    uint32_t wanted = 0;

    /* Where not a packet more was wanted, what there is has no hole, and it ran until then. */
    if (world->core.instances[number]->session.stream.state == MERGE_FINISHED)
        return found->packets == (uint64_t)(found->last + 1) && it->delivered > 0 &&
               !is_before(it->tool_ended_at, stop) && !is_before(it->hung_at, stop);
    while (wanted < it->records && it->record_times[wanted] <= stop)
        wanted++;
    if (world->core.announced_at == UINT64_MAX && world->core.stop.reason != STOP_ALL_ENDED)
        return found->packets > 0 || wanted == 0;
    return it->delivered > 0 && found->last + 1 >= (int64_t)wanted &&
           found->packets == (uint64_t)(found->last + 1);
}

/* A version of the app that cf ssh does not go to is not captured. */
static void check_beside(struct world *world)
{
    const struct core *core = &world->core;
    bool told = false;

    if (follow_beside(core) == 0 || core->stop.reason == STOP_APP_GONE)
        return;
    for (size_t i = 0; i < world->line_count; i++)
        told |= strncmp(world->lines[i], "Not captured: ", 14) == 0;
    if (world->status == 0)
        world_violated(world, "status 0, and a version of the app was not captured");
    if (!told && outputs_were_opened(core))
        world_violated(world, "a version of the app was not captured, and it is not told");
}

static void check_truth(struct world *world, const struct found *found)
{
    const struct core *core = &world->core;

    if (core->stop.reason == STOP_OUTPUT_CLOSED)
        return;
    check_beside(world);
    if (world->status == 0 && !outputs_were_opened(core))
        world_violated(world, "status 0, and nothing is saved");
    for (size_t i = 0; i < core->absent_count; i++)
        if (core->config.chosen && world->status == 0)
            world_violated(world, "status 0, and an instance that was chosen does not run");
    for (size_t i = 0; i < world->count && world->violation == NULL; i++) {
        bool complete = is_complete(world, i, &found[i]);

        if (!complete && world->status == 0)
            world_violated(world, "status 0, and instance %zu was not captured all the time", i);
        else if (!complete && core->stop.reason != STOP_OUTPUT_FAILED &&
                 (outputs_error(core) == 0 || (core->config.split && outputs_were_opened(core))) &&
                 !told_of(world, i))
            world_violated(world, "instance %zu was not captured all the time, and is not named",
                           i);
    }
}

/* Who ends in order when asked is not cut off, however long the output was blocked before. */
static void check_patience(struct world *world)
{
    for (size_t i = 0; i < world->count; i++) {
        const struct sim_instance *it = &world->instances[i];

        if (world->impatient_at != NEVER || world->core.instances[i]->output->error != 0 ||
            it->trouble != TROUBLE_NONE || it->reacts_after > 1000 ||
            (it->reaction != REACTION_ENDS && it->reaction != REACTION_LONG))
            continue;
        if (world->core.instances[i]->session.cut_off &&
            world->core.instances[i]->session.cause == CAUSE_STOP)
            world_violated(world, "instance %zu is cut off, though it ends when it is asked to", i);
    }
}

/* "Capturing" is for all, or for those that are left when the others were given up. */
void check_announcement(struct world *world)
{
    for (size_t i = 0; i < world->count && !world->core.config.follow; i++) {
        const struct sim_instance *it = &world->instances[i];

        if ((it->login == LOGIN_IS_LIMITED || it->login == LOGIN_IS_RESET) &&
            it->starts <= it->login_fails && it->starts < LOGINS_TRIES &&
            world->core.instances[i]->session.cause != CAUSE_OUTPUT && !output_has_blocked(world))
            world_violated(world, "capturing is announced while instance %zu is tried", i);
    }
}

/* A login that fails for a while only is tried until it succeeds. */
static void check_tries(struct world *world)
{
    for (size_t i = 0; i < world->count && !world->core.config.follow; i++) {
        const struct sim_instance *it = &world->instances[i];
        const struct session *session = &world->core.instances[i]->session;

        if (it->login >= LOGIN_IS_LIMITED && it->login_fails < instance_most_tries(it) &&
            session->cause == CAUSE_ITSELF && !session->stream.opened &&
            it->starts <= it->login_fails && it->tool_ended_at != NEVER &&
            it->tool_ended_at + TOLERANCE < world->core.stop.at &&
            !output_has_blocked(world)) /* while it is, a login waits */
            world_violated(world, "instance %zu is given up after %u logins", i, it->starts);
    }
}

/* How long each was captured, as the summary says. */
static void check_times(struct world *world)
{
    uint64_t from = world->core.announced_at, until = world->core.stop.at;

    for (size_t i = 0; i < world->count && from != UINT64_MAX; i++) {
        const struct sim_instance *it = &world->instances[i];
        uint64_t told = session_captured(&world->core.instances[i]->session, from, until);
        uint64_t end = it->tool_ended_at < it->hung_at ? it->tool_ended_at : it->hung_at;

        if (end > until)
            continue;
        if (told > (end > from ? end - from : 0) + TOLERANCE)
            world_violated(world, "instance %zu ended at %llu, and is said to be captured %llu ms",
                           i, (unsigned long long)end, (unsigned long long)told);
    }
}

/* A connection that is dead is noticed within a minute, where the session gives signs of life. */
static void check_dead(struct world *world)
{
    for (size_t i = 0; i < world->count && !output_has_blocked(world); i++) {
        const struct sim_instance *it = &world->instances[i];
        const struct session *session = &world->core.instances[i]->session;

        if (it->trouble == TROUBLE_HANGS && it->beats && it->hung_at != NEVER &&
            session->started_at <= it->hung_at && session->cause == CAUSE_STOP && session->beats &&
            it->hung_at + 60000 < world->core.stop.at)
            world_violated(world, "the connection of instance %zu is dead since %llu", i,
                           (unsigned long long)it->hung_at);
    }
}

static void check_time(struct world *world)
{
    const struct core *core = &world->core;
    const struct sim_output *output = &world->outputs[0]; /* the one that may block */
    uint64_t blocked = output->blocked_for;

    if (output->blocked)
        blocked += world->finished_at -
                   (output->blocked_since > core->stop.at ? output->blocked_since : core->stop.at);
    if (world->finished_at - core->stop.at > END_MAX + blocked)
        world_violated(world, "it took %llu ms to end",
                       (unsigned long long)(world->finished_at - core->stop.at));
    if (world->impatient_at != NEVER && world->finished_at > world->impatient_at + IMPATIENT_MAX)
        world_violated(world, "after the second ^C it took %llu ms to end",
                       (unsigned long long)(world->finished_at - world->impatient_at));
    if (core->stop.reason == STOP_DURATION &&
        (core->announced_at == UINT64_MAX ||
         core->stop.at - core->announced_at < core->config.duration))
        world_violated(world, "the duration is not counted from the announcement");
    if (core->config.duration != 0 && core->announced_at != UINT64_MAX &&
        core->stop.at > core->announced_at + core->config.duration + 1)
        world_violated(world, "the duration is over, and it goes on");
}

void check_all(struct world *world)
{
    static struct found found[INSTANCES_MAX];

    for (size_t i = 0; i < INSTANCES_MAX; i++)
        found[i] = (struct found){.last = -1};
    check_time(world);
    for (size_t i = 0; i < world->output_count; i++)
        check_output(world, &world->outputs[i], found);
    check_packets(world, found);
    check_bounds(world, packets(world, found));
    if (world->core.config.follow) {
        check_follow(world);
    } else {
        check_truth(world, found);
        check_times(world);
    }
    check_patience(world);
    check_dead(world);
    check_tries(world);
    check_silence(world);
    check_names(world);
    check_lists(world);
    for (size_t i = 0; i < world->count; i++)
        if (world->instances[i].started && !world->instances[i].gone)
            world_violated(world, "instance %zu is left", i);
}
