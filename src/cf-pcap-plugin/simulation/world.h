/*
 * The core in a world that is made up: a clock, instances, an output and a user who press keys, all
 * of it decided by numbers from a seed, or from a fuzzer's bytes. After each scenario what the core
 * did is compared with what was the case (check.c).
 */
#ifndef WORLD_H
#define WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "../core/core.h"

enum {
    INTERFACES = 3,                           /* of an instance at most, that are captured */
    INDEXES_ALL = 100,                        /* instances, without --follow */
    INSTANCES_MAX = INDEXES_ALL * INTERFACES, /* one for each instance and interface */
    QUEUE_MAX = 600 * 1024,                   /* bytes under way from an instance */
    RECORDS_MAX = 20000,                      /* of an instance */
    PROCESSES_MAX = 4,                        /* of an app that is deployed again and again */
    INDEXES_MAX = 6,                          /* of instances, with --follow */
    SPANS_MAX = 64,                           /* in which an instance is captured */
    ADDRESSES = 3 * INDEXES_MAX,              /* of containers */
    NAMES_MAX = 500,                          /* of addresses */
    EVENTS_MAX = 8,                           /* of the cloud */
    TOLERANCE = 4000,     /* ms by which the end of an instance may be noticed late */
    DISK_KEPT = 60000000, /* bytes of a reserve that is large enough for what is under way */
};
enum { KEYS_MAX = 300, FOLLOWER_LINE = 14 + 64 + 1 + 96 + 2 };
#define NEVER UINT64_MAX

/* Where decisions come from. */
struct choices {
    const uint8_t *bytes; /* NULL: from `state` */
    size_t size, at;
    uint64_t state;
};

/* 0 to `below` - 1. */
uint32_t choose(struct choices *choices, uint32_t below);
/* One time in `in`. */
bool chance(struct choices *choices, uint32_t in);

enum login {
    LOGIN_WORKS,
    LOGIN_HANGS,
    LOGIN_FAILS,
    LOGIN_CANNOT_START,
    LOGIN_GARBAGE,
    LOGIN_LACKS_INTERFACE, /* it works, but the container has no such interface */
    LOGIN_IS_LIMITED,      /* it is refused for a while: HTTP status 429 */
    LOGIN_IS_RESET,        /* ... its connection is lost */
    LOGIN_LACKS_ROOM,      /* ... its child cannot be started */
    LOGINS
};
enum trouble {
    TROUBLE_NONE,
    TROUBLE_BAD_RECORD, /* then what looks like packets */
    TROUBLE_CUT,        /* dies within a record */
    TROUBLE_EOF,        /* its stdout ends, it does not */
    TROUBLE_DIES,       /* with a status */
    TROUBLE_ENDS,       /* in order: max_duration */
    TROUBLE_STALL,      /* the connection hangs, for a while */
    TROUBLE_HANGS,      /* ... for ever */
    TROUBLES
};
enum reaction { /* to the end of its stdin */
                REACTION_ENDS,
                REACTION_FAILS,   /* ends, with a status of its own: lost packets over it */
                REACTION_IGNORES, /* but its shell answers */
                REACTION_SENDS,   /* goes on capturing and sending */
                REACTION_LONG,    /* has much to send, ends then */
                REACTIONS
};
enum death { /* of SIGKILL */
             DEATH_AT_ONCE,
             DEATH_LEAVES_PIPES,  /* somebody else holds them */
             DEATH_LEAVES_SENDER, /* ... and goes on sending */
             DEATH_NEVER,
             DEATHS
};

struct sim_instance {
    /* What it will be like. */
    enum login login;
    unsigned int login_fails; /* so often, where it does for a while */
    enum trouble trouble;
    enum reaction reaction;
    enum death death;
    uint64_t login_takes, trouble_after, stall_takes, reacts_after;
    uint64_t interval, size; /* of its packets: ms between them, bytes at most */
    uint32_t link_type, snaplen;
    bool swapped, nano, beats, counts;
    int64_t skew; /* ns */

    /* What it is. */
    unsigned int starts;
    bool started, gone; /* its child; nothing comes of it any more */
    bool capturing;     /* the tool has begun, and not ended */
    struct {
        uint64_t from, until; /* ms; until: NEVER: it goes on */
    } spans[SPANS_MAX];       /* ... when */
    size_t span_count;
    bool tool_ended; /* the tool, or what ran in its place */
    bool killed, input_ended, reacted;
    bool dead_end; /* what it sends from here on is no packet */
    bool stdout_ended, stderr_ended, exited;
    int status;
    uint64_t begins_at, troubles_at, resumes_at, reacts_at, packet_at, beat_at, end_at;
    uint64_t tool_ended_at, hung_at; /* NEVER */

    uint8_t *queue; /* under way */
    size_t queued;
    uint64_t sent, delivered; /* bytes, since the beginning */
    bool reading;
    char words[600]; /* of its stderr, under way */

    unsigned int container, process; /* where it is, with --follow; container 0: nowhere */
    unsigned int sessions;           /* until now */
    uint64_t started_at;             /* ms: the last of them */
    uint32_t first_record;           /* of this one */

    uint64_t *record_ends;     /* position behind each packet */
    uint64_t *record_times;    /* ms, when it was captured */
    uint32_t records, arrived; /* packets sent, and of these delivered whole */
};

/* A follower of an instance's key log. */
struct sim_follower {
    bool cannot_start, hangs, ignores_end, never_dies; /* what it will be like */
    uint64_t ready_at, dies_at, key_at, beat_at;       /* NEVER */
    uint64_t interval;                                 /* ms between keys */

    bool started, gone, input_ended, exited, stdout_ended; /* what it is */
};

/* The answers for names: for services, then of a container. */
struct sim_naming {
    bool resolves;                   /* the second */
    uint64_t asked_at, answers_at;   /* NEVER: it will not, or was not asked */
    unsigned int services, resolved; /* so often it was asked, so often it has answered */
    bool found[NAMES_MAX];           /* core->names that are in the file that is checked */
    size_t behind; /* files there were when the last answer came, if all were complete; or 0 */
};

enum output_kind { OUTPUT_IS_FILE, OUTPUT_IS_PIPE };

struct sim_output {
    size_t number;
    enum output_kind kind;
    int open_error, close_error;
    size_t open_fails_at, close_fails_at; /* files before that go well */
    uint64_t room, disk;                  /* of the file system: bytes that are free, and all */
    uint64_t room_before;                 /* `room` at the beginning; 0: others fill it, too */
    uint64_t filled_at;                   /* ms: when they do */
    uint64_t below_since;                 /* ms: it has less room than the reserve; NEVER */
    size_t pipe_room;                     /* now */
    uint64_t pipe_rate;                   /* bytes a ms that its reader takes; 0: it does not */
    uint64_t blocks_at, unblocks_at;      /* ms: the reader takes nothing between these */
    uint64_t breaks_at;                   /* ms: the reader goes */
    uint64_t drained_at;
    bool viewer; /* one gets what the file gets, or is the pipe's reader; room and reader are its */
    bool viewer_left;
    bool opened, closed, blocked, failed; /* the last one that was opened */
    uint64_t blocked_since, blocked_for;  /* ms; since the stop */

    struct sim_file {
        uint8_t *bytes;
        size_t length, size;
        bool removed;
    } * files; /* those that were opened; a pipe is one */
    size_t count;
};

enum cloud_event { CLOUD_CRASH, CLOUD_CUT, CLOUD_SCALE, CLOUD_DEPLOY, CLOUD_FINISH, CLOUD_EVENTS };

struct sim_cloud {
    unsigned int oldest, newest;        /* processes: two while a deployment is under way */
    bool goes_to_newest;                /* cf ssh; the list is of where it goes */
    uint64_t reached_since;             /* that it goes where it does now */
    unsigned int wanted[PROCESSES_MAX]; /* how many instances each has */
    struct sim_container {
        uint64_t runs_at; /* NEVER: it does not */
        unsigned int guid;
    } containers[PROCESSES_MAX][INDEXES_MAX];
    unsigned int guids;
    unsigned int addresses[INDEXES_MAX], listed; /* at the last look */
    bool ran[INDEXES_MAX];                       /* then */
    struct {
        uint64_t at;
        enum cloud_event kind;
    } events[EVENTS_MAX];
    uint64_t api_away, api_back, expires_at, logs_in_at, deleted_at;
    bool is_deleted;
    bool looks, lied; /* lied: the last answer was that there is no such app, and there is */
    uint64_t looked_at, answers_at;
    unsigned int silent;   /* looks in a row that had no answer */
    uint64_t silent_until; /* when the last of several in a row was given up; 0: there were none */
};

struct world {
    struct choices choices;
    FILE *trace; /* NULL: not wanted */
    struct core core;
    unsigned int indexes; /* instances at the beginning */
    size_t count;
    struct sim_instance instances[INSTANCES_MAX];
    struct sim_follower followers[INSTANCES_MAX];
    unsigned int keys;            /* that were sent, with --tls-keys */
    uint64_t key_times[KEYS_MAX]; /* ms */
    size_t key_owners[KEYS_MAX];  /* whose follower sent it */
    unsigned int keys_found;      /* the next one that the file is to have that is looked at */
    unsigned int keys_read;       /* of that file, until now */
    struct sim_output outputs[INSTANCES_MAX]; /* one, or with `split` one an instance */
    size_t output_count, reading;             /* reading: the one that is checked */
    struct sim_cloud cloud;
    struct sim_naming naming;
    uint64_t now, begun_at;

    struct {
        uint64_t at;
        enum core_signal signal;
    } signals[4];
    size_t signal_count, signals_sent;
    uint64_t impatient_at; /* when the second ^C came; NEVER */

    bool finished;
    int status;
    uint64_t finished_at;
    uint64_t steps, actions;
    char **lines; /* that the user was told */
    size_t line_count;
    const char *violation; /* what does not hold, NULL while all does */
    char violation_text[256];
};

/* Makes a scenario up and plays it to its end. False: `violation` says what does not hold. The
 * world is the caller's, too large for a stack. */
bool world_play(struct world *world, const struct choices *choices, FILE *trace);
void world_free(struct world *world);

/* For the parts of the world. */

void world_trace(struct world *world, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void world_violated(struct world *world, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Was the user told a line with these words? */
bool world_was_told(const struct world *world, const char *words);

/* An instance (instances.c). */
void instance_plan(struct world *world, struct sim_instance *it);
int instance_start(struct world *world, size_t number);

/* So often a login of its kind is tried at most, without --follow. */
unsigned int instance_most_tries(const struct sim_instance *it);
void instance_end_input(struct world *world, struct sim_instance *it);
void instance_kill(struct world *world, struct sim_instance *it);
/* With --follow: its session begins anew; its container ends, or the connection to it. */
void instance_again(struct world *world, size_t number);
void instance_container_ends(struct world *world, size_t number);
/* What happens of it at this time; and when something will, NEVER: not by itself. */
void instance_live(struct world *world, size_t number);
uint64_t instance_next(const struct world *world, const struct sim_instance *it);

/* Cloud Foundry (cloud.c), with --follow. */
void cloud_plan(struct world *world);
void cloud_do_look(struct world *world);
void cloud_do_look_away(struct world *world);
void cloud_live(struct world *world);
uint64_t cloud_next(const struct world *world);
unsigned int cloud_reached(const struct world *world); /* the process that cf ssh goes to */
bool cloud_runs(const struct world *world, unsigned int process, unsigned int index);
/* It answers no login. */
bool cloud_refuses(const struct world *world);

/* Its connection (connections.c): what is under way arrives, then the ends of its pipes and child.
 */
void connection_deliver(struct world *world, size_t number, struct sim_instance *it);
void connection_end(struct world *world, size_t number, struct sim_instance *it);
bool connection_waits_to_end(const struct sim_instance *it);

/* Names (naming.c): ACTION_SERVICES and the two behind it; the answers; at a block of names. */
void naming_do(struct world *world, const struct core_action *action);
void naming_live(struct world *world);
void check_names(struct world *world);
void check_names_block(struct world *world, const uint8_t *block, uint32_t length);
void check_names_of_file(struct world *world, bool is_last);

/* A follower (followers.c). */
int follower_start(struct world *world, size_t number);
void follower_end_input(struct world *world, size_t number);
void follower_kill(struct world *world, size_t number);
void follower_let_go(struct world *world, size_t number);
void follower_live(struct world *world, size_t number);
uint64_t follower_next(const struct world *world, size_t number);
void follower_key(char line[FOLLOWER_LINE], unsigned int number);

/* The outputs (outputs.c), by their numbers. */
void output_plan(struct world *world, const struct core_config *config);
void output_do_open(struct world *world, size_t number);
void output_do_write(struct world *world, size_t number, const uint8_t *bytes, size_t length);
void output_do_leave_viewer(struct world *world);
void output_do_cut(struct world *world, size_t number, uint64_t length);
void output_do_close(struct world *world, size_t number);
void output_do_disk(struct world *world, size_t number);
void output_do_remove(struct world *world, uint64_t number);
void output_free(struct world *world);
void output_live(struct world *world);
uint64_t output_next(const struct world *world);

/* What the user was told (told.c): that this one was not captured all the time? */
bool told_of(const struct world *world, size_t number);
void check_lists(struct world *world);
void check_silence(struct world *world);
/* Of the live line. */
void check_how_many(struct world *world, const char *line);

/* One that may take nothing for a while, and one that has. */
bool output_may_block(const struct world *world);
bool output_has_blocked(const struct world *world);

/* Does what is announced hold; and all, now that it has ended (check.c)? */
void check_announcement(struct world *world);
void check_all(struct world *world);
/* The same of the outputs, in which so many packets are (check_outputs.c). */
void check_bounds(struct world *world, uint64_t saved);
/* The same of what --follow adds (check_follow.c). */
void check_follow(struct world *world);
/* The same of keys (check_keys.c): at the beginning of a file, at a block of secrets, at a packet;
 * and at the end of the last file. */
void check_keys_begin(struct world *world);
void check_keys_block(struct world *world, const uint8_t *block, uint32_t length);
void check_keys_packet(struct world *world, uint32_t number, uint32_t packet);
void check_keys_end(struct world *world, bool cut_short);
/* To be called at any time. */
void check_twice(struct world *world);

#endif
