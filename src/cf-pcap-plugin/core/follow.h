/*
 * --follow: an instance whose session has ended is captured again as soon as it runs again, and so
 * is one that comes new; until the app is gone.
 *
 * Which instances there are Cloud Controller is asked for (ACTION_LOOK): every LOOK_INTERVAL, and
 * soon after a session has ended. An instance is known by its process's GUID and its index: while
 * an app is deployed in a rolling way it has two web processes, with an instance 0 each. `cf ssh`
 * goes to one of them, the older (cf_answer.h), and so the looks are at that; a session says by
 * itself where it is (command.h).
 */
#ifndef FOLLOW_H
#define FOLLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "session.h"

struct core;
struct core_listing;

enum {
    PAUSE_STEADY = 10000,  /* ms that it has to be captured for, until pauses are short again */
    LOOK_INTERVAL = 15000, /* ms between looks while all is well */
    LOOK_SOON = 5000,      /* ms at most between looks while an instance does not run */
    LOOK_LIMIT = 30000,    /* ms that a look may take */
    LOOK_TOGETHER = 1000,  /* ms: what is to be tried so soon after a look is tried with it */
    TRIES_UNTOLD = 5,      /* so many fail before it is told why */
};

/* What is known of the app's instances: the looks. */
struct look {
    unsigned int beside; /* instances of another version, which `cf ssh` does not reach */
    bool beside_told;    /* the user knows that there are some */
    bool runs;           /* ACTION_LOOK is not answered yet */
    bool again;          /* something ended since it began: it may not know that */
    uint64_t began_at;   /* ms */
    uint64_t next_at;    /* ms */
    unsigned int count;  /* in a row that changed nothing, while an instance is missing */
    unsigned int failed, not_found; /* in a row */
    bool expired;                   /* the last one found that the login is void */
    enum look_told { LOOK_TOLD_WELL, LOOK_TOLD_FAILED, LOOK_TOLD_EXPIRED } told;
    char why[256]; /* of the last one that failed */
};

/* To be called once the sessions have had their turn: an enum core_action_kind. */
int follow_next(struct core *core);

/* The answer to ACTION_LOOK (follow_look.c). */
void follow_looked(struct core *core, const struct core_listing *listing);

/* Gaps (follow_gap.c). */

/* Bytes of its capture come: a gap before them, if there is one, is noted with them. */
void follow_received(struct core *core, struct instance *instance);

/* The header of its capture is in the output: the gap is over. */
void follow_begun(struct core *core, struct instance *instance);

/* Where it is, and whether it comes back. */

/* Its session has said where it is. */
void follow_placed(struct core *core, struct instance *instance);

/*
 * On all interfaces an instance has one name, and so it is one process's (GUID). Can it become that
 * process's? Not while a session of it is in a container of another one, nor if one has ended for
 * good, nor once the capture is stopped.
 */
bool follow_can_become(const struct core *core, const struct instance *instance,
                       const char *process);
void follow_become(struct core *core, const struct instance *instance, const char *process);

/* Its session is over, and all its packets are with the output. */
bool follow_is_over(const struct instance *instance);

/* May an instance be captured again whose session is over? */
bool follow_may_return(const struct core *core, const struct instance *instance);

/* Has everything ended that will not come back? */
bool follow_all_ended(const struct core *core);

/* When it has something to do, ms. */
uint64_t follow_wake(const struct core *core);

/* ms between `from` and `until` in which the instance was not captured, though it was to be. */
uint64_t follow_missed(const struct instance *instance, uint64_t from, uint64_t until);

/* ms ... in which it was. */
uint64_t follow_captured(const struct instance *instance, uint64_t from, uint64_t until);

/* Is that it is not captured at the end, or never was, a failure? */
bool follow_failed(const struct core *core, const struct instance *instance);

/* How many instances of another version of the app, to which `cf ssh` does not go, were to be
 * captured. */
unsigned int follow_beside(const struct core *core);

/* The next line about that: an enum core_action_kind (follow_tell.c). */
int follow_tell(struct core *core);

#endif
