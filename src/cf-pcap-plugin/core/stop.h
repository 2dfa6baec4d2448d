/*
 * Who decides that the capture is over? This module. Three questions, each with one function:
 * is a stop wanted, and why; what becomes of a session now; is all over.
 */
#ifndef STOP_H
#define STOP_H

#include <stdbool.h>
#include <stdint.h>

#include "session.h"

struct core;

enum stop_reason {
    STOP_NONE,          /* it goes on */
    STOP_USER,          /* ^C, SIGTERM, SIGHUP */
    STOP_DURATION,      /* --duration has passed */
    STOP_COUNT,         /* --count packets are saved */
    STOP_SIZE,          /* the next packet does not fit into --max-size */
    STOP_DISK,          /* its disk is full up to the reserve */
    STOP_CF_GONE,       /* `cf` has ended, and nobody waits for this any more */
    STOP_APP_GONE,      /* --follow, and there is no such app any more */
    STOP_ALL_ENDED,     /* every instance's capture has ended by itself */
    STOP_LINK_TYPES,    /* pcap cannot hold the packets of all instances */
    STOP_OUTPUT_CLOSED, /* nobody reads the output any more */
    STOP_OUTPUT_FAILED, /* it cannot be written */
};

struct stop {
    enum stop_reason reason; /* the first one */
    bool at_once;            /* what has not arrived by now is not waited for */
    uint64_t at;             /* ms: since when */
    int64_t clock;           /* ns since 1970: the same */
};

enum {
    LOGIN_LIMIT = 60000,      /* ms from the start of `cf ssh` to the capture's header */
    STOP_SILENCE = 2000,      /* ms a tool that was asked to end may say nothing */
    STOP_PATIENCE = 120000,   /* ms it may take to send what it still has */
    STOP_UNWANTED = 5000,     /* ms it may take to send what is not wanted any more */
    STOP_GRACE = 500,         /* ms; a packet so long after the stop was captured after it */
    KILL_SILENCE = 250,       /* ms a killed child's pipes may be silent */
    KILL_PATIENCE = 2000,     /* ms they may be open */
    OUTPUT_PATIENCE = 300000, /* ms an output may take nothing once the capture was stopped */
    VIEWER_PATIENCE = 30000,  /* ms a viewer may take nothing; a slow one takes 20 s to start */
};

/* A stop is wanted. Only the first reason counts. */
void stop_want(struct core *core, enum stop_reason reason);

/* Because of what is saved: not a packet more is wanted. */
void stop_saving(struct core *core, enum stop_reason reason);

/*
 * Bytes that are to be left free on a disk of that size. `wanted`, unless it is UINT64_MAX: then
 * 5 %, but at least 100 MB, for a full disk harms more than this capture, and at most 1 GB, for 5 %
 * of a laptop's disk may be more than has been free on it for months.
 */
uint64_t stop_reserve(uint64_t wanted, uint64_t disk);

/* Looks for reasons that come with time or that follow from the sessions' states. */
void stop_look(struct core *core);

/* Moves a session on by one step, and says what has to be done for it: an enum core_action_kind.
 * The one place where a session's state changes. */
int stop_session(struct core *core, struct session *session);

/* A session that is over begins anew, in the stream that it had: it waits for its turn. */
void stop_begin_again(struct core *core, struct session *session);

/* When that has to be looked at again if nothing happens, ms. */
uint64_t stop_wake(const struct core *core);

/* All sessions are over, and all their packets are with the outputs, or never will be. Once it
 * is so it stays so: hundreds of outputs ask. */
bool stop_is_over(struct core *core);

#endif
