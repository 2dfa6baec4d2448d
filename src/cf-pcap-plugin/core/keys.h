/*
 * --tls-keys: the key log that the app writes in its container is followed, and what comes is
 * written in front of the packets that wait.
 *
 * Each instance that captures has a second session for that, a *follower* (command.h): a child
 * whose stdout is the file, whose stderr says how it is about the file, and whose stdin ends it. It
 * begins once the instance captures, and ends KEYS_TAIL after that is over: what the app wrote last
 * comes within that. One that fails is tried again after a pause.
 *
 * A key has to be in the output before the packets it is for. So packets wait for MERGE_WINDOW from
 * when they came, for as long as there is a follower (merge.holds).
 *
 * No byte of a key gets into a message.
 */
#ifndef KEYS_H
#define KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hellos.h"
#include "key_log.h"

struct core;
struct core_output;
struct core_action;

enum {
    KEYS_LOGINS = 10,       /* followers that log in at the same time, at most */
    KEYS_TAIL = 2000,       /* ms that one goes on behind its capture: tail(1) looks every second */
    KEYS_ANNOUNCED = 10000, /* ms that the announcement waits for them */
    KEYS_BESIDE = 1000,     /* ms between looks whether another follows the same */
};

/* In front of the first packet of a file that is bounded, keys take no more than a part of its
 * size: the last ones. */
enum { KEYS_PART = 4 };

enum { KEYS_LEAST = 256 * 1024 /* bytes of keys that each file of --split may have, at least */ };

struct follower {
    enum follower_state {
        FOLLOWER_NONE,
        FOLLOWER_RUNS,
        FOLLOWER_ENDING, /* its stdin is closed */
        FOLLOWER_KILLED,
    } state;
    bool exited, stdout_ended;
    int status; /* of `exited`; negative errno: it was not started */
    enum follower_place {
        PLACE_UNKNOWN,
        PLACE_FOLLOWED,
        PLACE_MISSING, /* it is not there yet */
        PLACE_UNREADABLE,
        PLACE_FOLDER,
        PLACES
    } place; /* what it says about the file; PLACE_UNKNOWN: nothing yet */
    bool place_told, failure_told;
    bool was_ready; /* it has said something, once at least */
    unsigned int attempts;
    uint64_t started_at, heard_at; /* ms */
    uint64_t leave_at;             /* ms; 0: its capture goes on */
    uint64_t since;                /* ms: of ENDING, KILLED */
    uint64_t retry_at;             /* ms */
    struct key_log log;
    char line[160]; /* of its stderr, in the making, and the last one that was whole */
    char said[160];
    size_t line_length;
};

struct keys {
    struct follower *followers; /* one an instance; their number is the instance's */
    size_t count;
    struct hellos hellos;
    uint64_t came;     /* keys, each counted once */
    uint64_t late;     /* connections whose ClientHello was written before their key came */
    uint64_t dropped;  /* keys for which there was no room */
    unsigned int told; /* of the last lines, the next */
};

void keys_init(struct core *core);
/* An output is to have keys. */
void keys_begin(struct core *core, struct core_output *output);
void keys_free(struct core *core);

/* Another instance was added. 0 or -ENOMEM. */
int keys_add(struct core *core);

/* This process did not run for so many ms. */
void keys_move_time(struct core *core, uint64_t gap);

/* What is to be done with the followers: an enum core_action_kind. */
int keys_next(struct core *core, struct core_action *action);

/* When that is to be asked again, ms. */
uint64_t keys_wake(const struct core *core);

/* None runs any more. */
bool keys_are_over(const struct core *core);

/* Are there followers of which it will soon be known whether they follow? */
bool keys_are_awaited(const struct core *core);

/* The next line about them, in core->text: an enum core_action_kind (keys_tell.c). The same once
 * all is over. */
int keys_tell(struct core *core);
int keys_tell_closing(struct core *core);

/* Was an instance captured whose file could not be followed? */
bool keys_failed(const struct core *core);

#endif
