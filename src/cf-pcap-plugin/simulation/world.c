/* A scenario of the simulation: what is made up, and what happens in which order. */
#include "world.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum {
    ACTIONS_MAX = 5000,     /* after one batch of events; more are no progress */
    TIME_MAX = 4000 * 1000, /* ms: by then every scenario has ended */
    MEMORY_MAX = 48 * 1024 * 1024 + 256 * 1024,
};
static const int64_t CLOCK = 1700000000LL * 1000000000;

uint32_t choose(struct choices *choices, uint32_t below)
{
    uint32_t value = 0;

    if (choices->bytes == NULL) {
        choices->state = choices->state * 6364136223846793005U + 1442695040888963407U;
        value = (uint32_t)(choices->state >> 33);
    } else {
        int width = below <= 0x100 ? 1 : below <= 0x10000 ? 2 : 3;

        for (int i = 0; i < width && choices->at < choices->size; i++)
            value = value << 8 | choices->bytes[choices->at++];
    }
    return value % below;
}

bool chance(struct choices *choices, uint32_t in)
{
    return choose(choices, in) == in - 1;
}

void world_trace(struct world *world, const char *format, ...)
{
    va_list arguments;

    if (world->trace == NULL)
        return;
    fprintf(world->trace, "%8.3f  ", (double)world->now / 1000);
    va_start(arguments, format);
    vfprintf(world->trace, format, arguments);
    va_end(arguments);
    fputc('\n', world->trace);
}

void world_violated(struct world *world, const char *format, ...)
{
    va_list arguments;

    if (world->violation != NULL)
        return;
    va_start(arguments, format);
    vsnprintf(world->violation_text, sizeof world->violation_text, format, arguments);
    va_end(arguments);
    world->violation = world->violation_text;
    world_trace(world, "DOES NOT HOLD: %s", world->violation);
}

bool world_was_told(const struct world *world, const char *words)
{
    for (size_t i = 0; i < world->line_count; i++)
        if (strstr(world->lines[i], words) != NULL)
            return true;
    return false;
}

static void plan_signals(struct world *world, uint32_t within)
{
    struct choices *c = &world->choices;
    uint64_t at = within - choose(c, within);

    world->signal_count = 1 + choose(c, 3);
    for (size_t i = 0; i < world->signal_count; i++) {
        world->signals[i].at = at;
        world->signals[i].signal = chance(c, 4) ? (enum core_signal)choose(c, 3) : CORE_INTERRUPT;
        at += chance(c, 2) ? choose(c, 300) : choose(c, 40000);
    }
    /* Everything has an end: whoever hung up or killed cf presses ^C sooner or later. */
    world->signals[world->signal_count].at = at + 400000;
    world->signals[world->signal_count++].signal = CORE_INTERRUPT;
}

static bool instance_make_room(struct sim_instance *it)
{
    it->queue = malloc(QUEUE_MAX + 4096);
    it->record_ends = malloc(RECORDS_MAX * sizeof *it->record_ends);
    it->record_times = malloc(RECORDS_MAX * sizeof *it->record_times);
    return it->queue != NULL && it->record_ends != NULL && it->record_times != NULL;
}

static void instance_free(struct sim_instance *it)
{
    free(it->queue);
    free(it->record_ends);
    free(it->record_times);
}

/* With `split` the core has one for each instance. */
static void add_outputs(struct world *world)
{
    while (world->output_count < world->core.output_count && world->output_count < INSTANCES_MAX)
        output_plan(world, &world->core.config);
}

/* One for each that the core has, and may have added by itself. */
static void add_instances(struct world *world)
{
    for (; world->count < world->core.count; world->count++) {
        if (world->count == INSTANCES_MAX) {
            world_violated(world, "there are too many instances");
            return;
        }
        instance_plan(world, &world->instances[world->count]);
        if (!instance_make_room(&world->instances[world->count]))
            abort();
    }
    add_outputs(world);
}

static void add(struct world *world, unsigned int index, const char *state)
{
    for (size_t i = 0; i < world->core.config.interfaces.count; i++)
        if (core_add(&world->core, index, i, state, world->core.config.chosen) != 0)
            abort();
    add_instances(world);
}

static void plan(struct world *world)
{
    struct choices *c = &world->choices;
    struct core_config config = {
        .app = "app", .interfaces = {{"lo", "eth0", "eth1"}, 1}, .output = "capture"};

    config.follow = chance(c, 2);
    config.random = choose(c, 1000);
    if (chance(c, 3))
        config.interfaces.count = 1 + choose(c, INTERFACES);
    world->indexes = 1 + choose(c, chance(c, 100) ? INDEXES_ALL : chance(c, 8) ? 40 : 4);
    if (config.follow && world->indexes >= INDEXES_MAX)
        world->indexes = INDEXES_MAX - 1;
    config.pcapng = chance(c, 2);
    config.tls_keys = config.pcapng && chance(c, 2) ? "/keys" : NULL;
    config.filter = chance(c, 3) ? "host db.internal or cache.internal" : NULL;
    config.verbose = chance(c, 3);
    config.duration = chance(c, 3) ? 1 + choose(c, 20000) : 0;
    config.count = chance(c, 6) ? 1 + choose(c, 1000) : 0;
    config.max_size = chance(c, 6) ? 1 + choose(c, 300000) : 0;
    config.reserve = chance(c, 2) ? DISK_KEPT : 0;
    config.live = chance(c, 2);
    config.chosen = chance(c, 4);
    config.expected = world->indexes * config.interfaces.count;
    config.split = chance(c, 3);
    config.extension = ".pcap";
    if (!config.split && chance(c, 3)) {
        config.rotate_size = chance(c, 2) ? 40000 + choose(c, 400000) : 0;
        config.rotate_time = chance(c, 2) ? 1000 + choose(c, 10000) : 0;
        config.keep = chance(c, 2) ? 1 + choose(c, 5) : 0;
    }
    if (!config.split)
        output_plan(world, &config);
    config.viewer = world->outputs[0].viewer ? "viewer" : NULL;
    config.viewer_alone = config.viewer != NULL && world->outputs[0].kind == OUTPUT_IS_PIPE;
    config.reports = !config.live;
    plan_signals(world, !config.follow || chance(c, 2) ? 40000 : chance(c, 8) ? 1500000 : 300000);
    if (config.follow)
        cloud_plan(world);
    if (core_init(&world->core, &config) != 0)
        abort();
    if (chance(c, 10)) /* at the start of most there is no deployment */
        core_deployed(&world->core, 1 + choose(c, 3));
    for (unsigned int i = 0; i < world->indexes; i++) {
        bool absent = config.follow && chance(c, 6);

        if (absent)
            world->cloud.containers[0][i].runs_at = world->now + choose(c, 20000);
        add(world, i, absent ? "STARTING" : NULL);
    }
    for (size_t i = 0; i < world->count; i++)
        world_trace(world, "instance %zu: login %d, trouble %d, reaction %d, death %d", i,
                    (int)world->instances[i].login, (int)world->instances[i].trouble,
                    (int)world->instances[i].reaction, (int)world->instances[i].death);
    if (chance(c, 6))
        add(world, world->indexes, "CRASHED");
}

static void keep_line(struct world *world, const char *text)
{
    world->lines = realloc(world->lines, (world->line_count + 1) * sizeof *world->lines);
    if (world->lines == NULL || (world->lines[world->line_count++] = strdup(text)) == NULL)
        abort();
}

static void told(struct world *world, const struct core_action *action)
{
    if (action->kind != ACTION_SHOW)
        world_trace(world, "told: %s", action->text);
    for (size_t i = 0; i < world->count && strstr(action->text, "o packet came on") != NULL; i++)
        if (world->instances[i].arrived > 0)
            world_violated(world, "a packet of instance %zu has arrived, and none is told of", i);
    for (size_t i = 0; i < world->count && action->kind == ACTION_SHOW && *action->text != '\0';
         i++)
        if (i < world->core.count && world->core.instances[i]->follow.missing &&
            world->core.stop.reason == STOP_NONE && strstr(action->text, "missing: ") == NULL)
            world_violated(world, "instance %zu is missing, and the live line does not say so", i);
    if (action->kind == ACTION_SHOW)
        check_how_many(world, action->text);
    if (strncmp(action->text, "Capturing, ", 11) == 0)
        check_announcement(world);
    if (action->kind != ACTION_SHOW)
        keep_line(world, action->text);
}

static void perform(struct world *world, const struct core_action *action)
{
    struct sim_instance *it = &world->instances[action->session];
    int error;

    switch (action->kind) {
    case ACTION_START:
        error = instance_start(world, action->session);
        if (error != 0)
            core_start_failed(&world->core, action->session, error);
        break;
    case ACTION_END_INPUT:
        instance_end_input(world, it);
        break;
    case ACTION_KILL:
        instance_kill(world, it);
        break;
    case ACTION_LET_GO:
        it->gone = true;
        break;
    case ACTION_READ:
        it->reading = true;
        break;
    case ACTION_OPEN:
        output_do_open(world, action->output);
        break;
    case ACTION_WRITE:
        output_do_write(world, action->output, action->bytes, action->length);
        break;
    case ACTION_LEAVE_VIEWER:
        output_do_leave_viewer(world);
        break;
    case ACTION_CUT:
        output_do_cut(world, action->output, action->until);
        break;
    case ACTION_CLOSE:
        output_do_close(world, action->output);
        break;
    case ACTION_REMOVE:
        output_do_remove(world, action->until);
        break;
    case ACTION_DISK:
        output_do_disk(world, action->output);
        break;
    case ACTION_SAY:
    case ACTION_WARN:
    case ACTION_SHOW:
        told(world, action);
        break;
    case ACTION_FINISH:
        world->finished = true;
        world->finished_at = world->now;
        world->status = action->status;
        break;
    case ACTION_LOOK:
        cloud_do_look(world);
        break;
    case ACTION_LOOK_AWAY:
        cloud_do_look_away(world);
        break;
    case ACTION_KEYS_START:
        error = follower_start(world, action->session);
        if (error != 0)
            core_keys_start_failed(&world->core, action->session, error);
        break;
    case ACTION_KEYS_END_INPUT:
        follower_end_input(world, action->session);
        break;
    case ACTION_KEYS_KILL:
        follower_kill(world, action->session);
        break;
    case ACTION_KEYS_LET_GO:
        follower_let_go(world, action->session);
        break;
    case ACTION_SERVICES:
    case ACTION_RESOLVE:
    case ACTION_NAMING_AWAY:
        naming_do(world, action);
        break;
    case ACTION_WAIT:
        break;
    }
}

static void trace_action(struct world *world, const struct core_action *action)
{
    static const char *const names[] = {
        "wait", "start", "end the input of",    "kill", "let go", "read",
        "open", "write", "leave the viewer of", "cut",  "close"};

    if (action->kind < ACTION_OPEN)
        world_trace(world, "%s instance %zu", names[action->kind], action->session);
    else if (action->kind <= ACTION_CLOSE)
        world_trace(world, "%s output %zu, %zu bytes", names[action->kind], action->output,
                    action->length);
    else if (action->kind >= ACTION_KEYS_START && action->kind <= ACTION_KEYS_LET_GO)
        world_trace(world, "follower %zu: %d", action->session,
                    (int)(action->kind - ACTION_KEYS_START));
}

/* Everything the core wants done; then when it wants to be asked again. */
static uint64_t ask(struct world *world)
{
    struct core_action action;
    int count = 0;

    while (core_next(&world->core, &action) != ACTION_WAIT && !world->finished) {
        trace_action(world, &action);
        perform(world, &action);
        world->actions++;
        if (++count > ACTIONS_MAX) {
            world_violated(world, "no progress: %d actions, the last of kind %d", count,
                           (int)action.kind);
            break;
        }
    }
    return action.until;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t next_moment(const struct world *world, uint64_t until)
{
    uint64_t at = earlier(earlier(until, output_next(world)), cloud_next(world));

    at = earlier(at, world->naming.answers_at);
    for (size_t i = 0; i < world->count; i++)
        at = earlier(earlier(at, instance_next(world, &world->instances[i])),
                     follower_next(world, i));
    if (world->signals_sent < world->signal_count)
        at = earlier(at, world->signals[world->signals_sent].at);
    return at <= world->now ? world->now + 1 : at;
}

static void send_signals(struct world *world)
{
    while (world->signals_sent < world->signal_count &&
           world->now >= world->signals[world->signals_sent].at) {
        enum core_signal signal = world->signals[world->signals_sent++].signal;
        bool at_once = world->core.stop.at_once;
        bool is_of_cf = world->core.stop.reason == STOP_CF_GONE &&
                        world->now - world->core.stop.at < CORE_SAME_KEY;

        world_trace(world, "signal %d", (int)signal);
        if (signal == CORE_INTERRUPT && world->core.stop.reason != STOP_NONE && !is_of_cf &&
            world->impatient_at == NEVER)
            world->impatient_at = world->now;
        core_signal(&world->core, signal);
        if (world->core.stop.reason == STOP_NONE)
            world_violated(world, "a signal is no reason to stop");
        if (is_of_cf && !at_once && world->core.stop.at_once)
            world_violated(world, "the ^C that ended cf is taken for a second one");
    }
}

static void check_memory(struct world *world)
{
    size_t held = 0, bound = world->count * STREAM_RING_MIN;

    for (size_t i = 0; i < world->count; i++)
        held += world->core.instances[i]->session.stream.stream.size;
    if (world->core.config.follow)
        bound += MEMORY_MAX;
    if (bound < MEMORY_MAX)
        bound = MEMORY_MAX;
    if (held > bound)
        world_violated(world, "%zu bytes of packets are held", held);
}

static void live(struct world *world)
{
    uint64_t until = 0;

    while (!world->finished && world->violation == NULL) {
        core_time(&world->core, world->now, CLOCK + (int64_t)world->now * 1000000);
        send_signals(world);
        for (size_t i = 0; i < world->count; i++)
            instance_live(world, i);
        for (size_t i = 0; i < world->count; i++)
            follower_live(world, i);
        output_live(world);
        cloud_live(world);
        naming_live(world);
        add_instances(world);
        until = ask(world);
        check_memory(world);
        check_twice(world);
        world->steps++;
        if (world->finished)
            break;
        if (until == NEVER)
            world_violated(world, "it waits for ever");
        world->now = next_moment(world, until);
        if (world->now > TIME_MAX)
            world_violated(world, "it has not ended");
    }
}

bool world_play(struct world *world, const struct choices *choices, FILE *trace)
{
    memset(world, 0, sizeof *world);
    world->choices = *choices;
    world->trace = trace;
    world->impatient_at = world->naming.answers_at = NEVER;
    world->now = 1000;
    plan(world);
    live(world);
    if (world->violation == NULL)
        check_all(world);
    return world->violation == NULL;
}

void world_free(struct world *world)
{
    for (size_t i = 0; i < world->count; i++)
        instance_free(&world->instances[i]);
    for (size_t i = 0; i < world->line_count; i++)
        free(world->lines[i]);
    free(world->lines);
    output_free(world);
    core_free(&world->core);
}
