/*
 * How many sessions log in at the same time: as many as the desk and the platform bear. That grows
 * by one with each login that succeeds, unless it took much longer than the fastest one: then this
 * machine, or the platform, is busy enough. It is halved when a login fails in a way that passes:
 * the platform limits requests (HTTP status 429), a connection is reset, a gateway has no answer.
 * Such a login is tried again after a pause, a few times, before the instance is given up.
 *
 * One `cf ssh` costs a desk some 60 ms of CPU and 7 MiB, a platform six requests.
 */
#ifndef LOGINS_H
#define LOGINS_H

#include <stdbool.h>
#include <stdint.h>

struct core;
struct session;

enum {
    LOGINS_FIRST = 40,         /* at the same time, in the beginning: two cores start them in 1 s */
    LOGINS_MAX = 100,          /* ... at most */
    LOGINS_TRIES = 4,          /* of an instance, in all */
    LOGINS_TRIES_LIMITED = 10, /* the same where the platform limits requests */
    LOGINS_SLOW = 1000,        /* ms above twice the fastest */
};

struct logins {
    unsigned int width;    /* so many at the same time */
    unsigned int refusals; /* in a row, because the platform limits requests */
    uint64_t shrunk_at;    /* ms; what began before says nothing new */
    uint64_t next_at;      /* ms: none begins before; a pause that the platform has asked for */
    uint64_t fastest;      /* ms */
};

void logins_init(struct logins *logins);

/* Is it this session's turn? It waits. */
bool logins_has_turn(const struct core *core, const struct session *session);

/* It captures. */
void logins_succeeded(struct core *core, const struct session *session);

/* It has ended without a capture: is it worth another try? */
bool logins_may_pass(const struct core *core, const struct session *session);

/* It will be tried again: it waits for its turn anew. */
void logins_again(struct core *core, struct session *session);

/* When a session that waits for a pause has its turn, ms. */
uint64_t logins_wake(const struct core *core);

#endif
