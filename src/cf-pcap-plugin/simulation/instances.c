/* Instances of the simulation: a child of the plugin, and a tool that captures. */
#include <errno.h>
#include <string.h>

#include "../core/command.h"
#include "world.h"

enum {
    RECORD = 16,                /* bytes before a packet */
    LEAST = 8,                  /* of a packet: whose, and which */
    SENT_MAX = 32 * 1024 * 1024 /* of an instance, lest a scenario takes seconds */
};

void instance_plan(struct world *world, struct sim_instance *it)
{
    static const uint32_t sizes[] = {LEAST, LEAST, 60, 60, 1400, 1400, 1400, 9000, 9000, 262144};
    struct choices *c = &world->choices;

    it->login = chance(c, 5) ? (enum login)choose(c, LOGINS) : LOGIN_WORKS;
    it->trouble = chance(c, 3) ? (enum trouble)choose(c, TROUBLES) : TROUBLE_NONE;
    it->reaction = chance(c, 3) ? (enum reaction)choose(c, REACTIONS) : REACTION_ENDS;
    it->death = chance(c, 3) ? (enum death)choose(c, DEATHS) : DEATH_AT_ONCE;
    it->login_fails = chance(c, 6) ? 1000 : 1 + choose(c, 5);
    it->login_takes = chance(c, 8) ? choose(c, 100000) : choose(c, 4000);
    it->trouble_after = choose(c, 4) == 0 ? 0 : choose(c, 20000);
    it->stall_takes = choose(c, 40000);
    it->reacts_after = chance(c, 6) ? choose(c, 40000) : choose(c, 150);
    it->interval = chance(c, 4) ? 5000 - choose(c, 5000) : 300 - choose(c, 300);
    it->size = sizes[choose(c, 10)];
    it->link_type = chance(c, 12) ? 276 : 1;
    it->snaplen = chance(c, 4) ? 96 : 262144;
    it->swapped = chance(c, 4);
    it->nano = chance(c, 4);
    it->beats = !chance(c, 6);
    it->counts = !chance(c, 6);
    it->skew = chance(c, 5) ? (int64_t)choose(c, 7200) * 1000000000 - 3600000000000 : 0;
    it->begins_at = it->troubles_at = it->resumes_at = it->reacts_at = it->packet_at = NEVER;
    it->beat_at = it->end_at = it->tool_ended_at = it->hung_at = NEVER;
}

static void put(struct sim_instance *it, const void *bytes, size_t length)
{
    memcpy(it->queue + it->queued, bytes, length);
    it->queued += length;
    it->sent += length;
}

static void put32(struct sim_instance *it, uint32_t value)
{
    if (it->swapped)
        value = __builtin_bswap32(value);
    put(it, &value, sizeof value);
}

static void send_header(struct sim_instance *it)
{
    uint16_t version[2] = {2, 4};

    if (it->swapped)
        version[0] = 2 << 8, version[1] = 4 << 8;
    put32(it, it->nano ? 0xa1b23c4d : 0xa1b2c3d4);
    put(it, version, sizeof version);
    put32(it, 0);
    put32(it, 0);
    put32(it, it->snaplen);
    put32(it, it->link_type);
}

static void say(struct sim_instance *it, const char *line)
{
    size_t used = strlen(it->words);

    snprintf(it->words + used, sizeof it->words - used, "%s\n", line);
}

/* Captured now; where the connection is full it is dropped, as the kernel would. */
static void send_packet(struct world *world, size_t number, struct sim_instance *it)
{
    size_t length = LEAST + choose(&world->choices, (uint32_t)(it->size - LEAST + 1));
    int64_t time = (int64_t)world->core.clock + it->skew;

    if (it->queued + RECORD + length > QUEUE_MAX || it->records == RECORDS_MAX ||
        it->sent > SENT_MAX)
        return;
    put32(it, (uint32_t)(time / 1000000000));
    put32(it, (uint32_t)(time % 1000000000 / (it->nano ? 1 : 1000)));
    put32(it, (uint32_t)length);
    put32(it, (uint32_t)length);
    uint32_t mark[2] = {(uint32_t)number, it->records};
    put(it, mark, sizeof mark);
    memset(it->queue + it->queued, 'x', length - sizeof mark);
    it->queued += length - sizeof mark;
    it->sent += length - sizeof mark;
    if (it->dead_end)
        return;
    it->record_ends[it->records] = it->sent;
    it->record_times[it->records] = world->now;
    it->records++;
}

/* What has not arrived of the session before does not any more. */
void instance_again(struct world *world, size_t number)
{
    struct sim_instance *it = &world->instances[number], before = *it;

    memset(it, 0, sizeof *it);
    instance_plan(world, it);
    if (it->login == LOGIN_GARBAGE)
        it->login = LOGIN_FAILS;
    it->link_type = before.link_type;
    it->nano = before.nano;
    it->sessions = before.sessions;
    it->span_count = before.span_count;
    memcpy(it->spans, before.spans, sizeof it->spans);
    it->queue = before.queue;
    it->record_ends = before.record_ends;
    it->record_times = before.record_times;
    it->sent = it->delivered = before.delivered;
    it->records = it->first_record = it->arrived = before.arrived;
}

static void find_container(struct world *world, size_t number)
{
    struct sim_instance *it = &world->instances[number];
    unsigned int index = world->core.instances[number]->index;

    it->process = cloud_reached(world);
    it->container = 0;
    if (cloud_refuses(world) || !cloud_runs(world, it->process, index))
        it->login = LOGIN_FAILS;
    else
        it->container = world->cloud.containers[it->process][index].guid;
}

static void capture(const struct world *world, struct sim_instance *it, bool capturing)
{
    if (it->capturing == capturing)
        return;
    it->capturing = capturing;
    if (capturing && it->span_count < SPANS_MAX) {
        it->spans[it->span_count].from = world->now;
        it->spans[it->span_count++].until = NEVER;
    } else if (!capturing) {
        it->spans[it->span_count - 1].until = world->now;
    }
}

/* Whose login has failed, and is tried again: as it was before. */
static void begin_anew(const struct world *world, struct sim_instance *it)
{
    capture(world, it, false);
    it->started = it->gone = it->tool_ended = it->killed = it->input_ended = false;
    it->reacted = it->dead_end = it->stdout_ended = it->stderr_ended = it->exited = false;
    it->queued = 0;
    if (it->records == 0)
        it->delivered = 0;
    it->sent = it->delivered;
    it->container = 0;
    it->words[0] = '\0';
    it->begins_at = it->troubles_at = it->resumes_at = it->reacts_at = it->packet_at = NEVER;
    it->beat_at = it->end_at = it->tool_ended_at = it->hung_at = NEVER;
}

unsigned int instance_most_tries(const struct sim_instance *it)
{
    return it->login == LOGIN_IS_LIMITED ? LOGINS_TRIES_LIMITED : LOGINS_TRIES;
}

static void check_start(struct world *world, size_t number)
{
    const struct sim_instance *it = &world->instances[number];
    bool passes = it->login >= LOGIN_IS_LIMITED && it->starts <= it->login_fails;
    size_t at_once = 0;

    if (it->started && !it->gone)
        world_violated(world, "instance %zu is started twice", number);
    else if (it->starts > 0 && !passes && !world->core.config.follow)
        world_violated(world, "instance %zu is started again, though it failed for good", number);
    else if (it->starts >= instance_most_tries(it) && !world->core.config.follow)
        world_violated(world, "instance %zu is started for ever", number);
    for (size_t i = 0; i < world->count; i++)
        at_once += world->instances[i].started && !world->instances[i].gone &&
                   world->instances[i].begins_at != NEVER;
    if (at_once >= LOGINS_MAX)
        world_violated(world, "%zu log in at the same time", at_once);
}

/* Does it fail this time, in the way that passes? */
static bool fails_for_now(const struct sim_instance *it)
{
    return it->login >= LOGIN_IS_LIMITED && it->starts <= it->login_fails;
}

int instance_start(struct world *world, size_t number)
{
    struct sim_instance *it = &world->instances[number];
    const struct session *session = &world->core.instances[number]->session;

    if (session->tries > 0 && (it->gone || !it->started))
        begin_anew(world, it);
    else if (it->started && it->gone && world->core.config.follow)
        instance_again(world, number);
    check_start(world, number);
    it->starts++;
    it->sessions++;
    it->started_at = world->now;
    if (it->login == LOGIN_CANNOT_START)
        return -EMFILE;
    if (it->login == LOGIN_LACKS_ROOM && fails_for_now(it))
        return -EAGAIN;
    it->started = it->reading = true;
    if (it->login != LOGIN_HANGS)
        it->begins_at = world->now + it->login_takes;
    return 0;
}

static void end_tool(struct world *world, struct sim_instance *it, int status)
{
    if (it->tool_ended)
        return;
    it->tool_ended = true;
    capture(world, it, false);
    it->tool_ended_at = world->now;
    it->status = status;
    it->end_at = world->now + choose(&world->choices, 50);
    it->packet_at = it->beat_at = NEVER;
}

static void begin(struct world *world, size_t number, struct sim_instance *it)
{
    char place[80];

    it->begins_at = NEVER;
    if (world->core.config.follow && it->login != LOGIN_FAILS && !fails_for_now(it))
        find_container(world, number);
    if (it->container != 0) {
        snprintf(place, sizeof place, COMMAND_PLACE "%08x %08x", it->process, it->container);
        say(it, place);
    }
    if (it->login == LOGIN_FAILS || fails_for_now(it)) {
        put(it, "FAILED\n", 7);
        it->dead_end = true;
        say(it, it->login == LOGIN_IS_LIMITED ? "Rate Limit Exceeded"
                : it->login == LOGIN_IS_RESET ? "Error opening SSH connection: EOF"
                                              : "Error opening SSH connection: no route");
        end_tool(world, it, 1);
        return;
    }
    if (it->login == LOGIN_LACKS_INTERFACE) {
        say(it, "cf-pcap: there is no interface 'eth1' here; use one of: lo, eth0, any");
        end_tool(world, it, 2);
        return;
    }
    if (it->login == LOGIN_GARBAGE) {
        put(it, "Welcome to this container, which greets", 40);
        it->dead_end = true;
    } else {
        send_header(it);
    }
    capture(world, it, true);
    say(it, "cf-pcap: capturing on eth0");
    it->packet_at = world->now + (chance(&world->choices, 4) ? 0 : it->interval);
    if (it->beats)
        it->beat_at = world->now + 3000;
    if (it->trouble != TROUBLE_NONE)
        it->troubles_at = world->now + it->trouble_after;
}

static void say_counts(struct sim_instance *it)
{
    char line[64];

    if (!it->counts)
        return;
    snprintf(line, sizeof line, "cf-pcap: %u packets received by filter",
             it->records - it->first_record);
    say(it, line);
    say(it, "cf-pcap: 0 packets dropped by kernel");
}

static void get_into_trouble(struct world *world, size_t number, struct sim_instance *it)
{
    world_trace(world, "instance %zu: trouble %d", number, (int)it->trouble);
    it->troubles_at = NEVER;
    if (it->exited) /* no connection is left; what is in its pipes comes */
        return;
    switch (it->trouble) {
    case TROUBLE_BAD_RECORD:
        memset(it->queue + it->queued, 0xff, RECORD);
        it->queued += RECORD;
        it->sent += RECORD;
        it->dead_end = true;
        break;
    case TROUBLE_CUT:
        put32(it, 1);
        it->dead_end = true;
        end_tool(world, it, 255);
        break;
    case TROUBLE_EOF:
        it->dead_end = true;
        it->packet_at = NEVER;
        it->end_at = world->now;
        capture(world, it, false);
        break;
    case TROUBLE_DIES:
        end_tool(world, it, 1 + (int)choose(&world->choices, 200));
        break;
    case TROUBLE_ENDS:
        say(it, "cf-pcap: ended by the operator's max_duration");
        say_counts(it);
        end_tool(world, it, 0);
        break;
    case TROUBLE_STALL:
        it->hung_at = world->now;
        it->resumes_at = world->now + it->stall_takes;
        break;
    case TROUBLE_HANGS:
        it->hung_at = world->now;
        break;
    case TROUBLE_NONE:
    case TROUBLES:
        break;
    }
}

static bool hangs(const struct sim_instance *it)
{
    return it->hung_at != NEVER;
}

void instance_end_input(struct world *world, struct sim_instance *it)
{
    (void)world;
    it->input_ended = true;
}

/* The end of its stdin has come through to the container. */
static void react(struct world *world, size_t number, struct sim_instance *it)
{
    it->reacts_at = NEVER;
    if (it->tool_ended)
        return;
    if (!it->capturing) { /* logging in: `cf ssh` goes on, the tool ends as soon as it begins */
        if (it->begins_at == NEVER)
            return;
    }
    if (it->beats)
        say(it, COMMAND_ANSWER);
    it->beat_at = NEVER;
    switch (it->reaction) {
    case REACTION_LONG:
        for (int i = 0; i < 50; i++)
            send_packet(world, number, it);
        /* fall through */
    case REACTION_ENDS:
        say_counts(it);
        end_tool(world, it, 0);
        break;
    case REACTION_FAILS:
        say(it, "cf-pcap: standard output takes no more data");
        end_tool(world, it, 1);
        break;
    case REACTION_IGNORES:
        it->packet_at = NEVER;
        break;
    case REACTION_SENDS:
    case REACTIONS:
        break;
    }
}

void instance_container_ends(struct world *world, size_t number)
{
    struct sim_instance *it = &world->instances[number];

    world_trace(world, "instance %zu: its connection ends", number);
    it->begins_at = it->troubles_at = it->reacts_at = it->hung_at = it->resumes_at = NEVER;
    it->dead_end = true;
    end_tool(world, it, 255);
}

void instance_kill(struct world *world, struct sim_instance *it)
{
    it->killed = true;
    if (it->death == DEATH_NEVER)
        return;
    end_tool(world, it, 137);
    it->status = 137;
    it->begins_at = it->troubles_at = it->reacts_at = NEVER;
    if (it->death != DEATH_LEAVES_SENDER) /* what is not in the pipe yet does not come any more */
        it->queued = it->queued > 1000 ? choose(&world->choices, 1000) : it->queued;
    it->sent = it->delivered + it->queued;
    it->hung_at = NEVER;
    it->end_at = world->now + choose(&world->choices, 20);
}

void instance_live(struct world *world, size_t number)
{
    struct sim_instance *it = &world->instances[number];

    if (!it->started || it->gone)
        return;
    if (world->now >= it->resumes_at) {
        it->resumes_at = it->hung_at = NEVER;
        world_trace(world, "instance %zu: the connection goes on", number);
    }
    if (world->now >= it->begins_at)
        begin(world, number, it);
    if (world->now >= it->packet_at) {
        send_packet(world, number, it);
        it->packet_at = world->now + it->interval - choose(&world->choices, (uint32_t)it->interval);
    }
    if (world->now >= it->troubles_at)
        get_into_trouble(world, number, it);
    if (hangs(it))
        return;
    if (it->input_ended && !it->reacted) {
        it->reacted = true;
        it->reacts_at = world->now + it->reacts_after;
    }
    if (world->now >= it->beat_at) {
        say(it, COMMAND_BEAT);
        it->beat_at = world->now + 3000;
    }
    if (world->now >= it->reacts_at && it->begins_at == NEVER)
        react(world, number, it);
    connection_deliver(world, number, it);
    if (world->now >= it->end_at)
        connection_end(world, number, it);
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

uint64_t instance_next(const struct world *world, const struct sim_instance *it)
{
    uint64_t at = earlier(it->resumes_at, it->begins_at);

    if (!it->started || it->gone)
        return NEVER;
    at = earlier(at, earlier(it->packet_at, it->troubles_at));
    if (hangs(it))
        return at;
    if (it->begins_at == NEVER)
        at = earlier(at, it->reacts_at);
    at = earlier(at, it->beat_at);
    if (connection_waits_to_end(it))
        at = earlier(at, it->end_at);
    if ((it->queued > 0 && it->reading) || it->words[0] != '\0' ||
        (it->input_ended && !it->reacted))
        at = earlier(at, world->now + 1);
    return at;
}
