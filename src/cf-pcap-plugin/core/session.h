/*
 * All that belongs to one instance on one interface: its session, the stream of packets, the
 * counts, its end.
 */
#ifndef SESSION_H
#define SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../pcap-merge/merge.h"

struct core_output;

enum {
    MESSAGES_MAX = 4096, /* bytes of a child's stderr that are kept: the last ones */
    GUID_SIZE = 64,      /* of a process or a container, the NUL included */
    OS_SIZE = 96,        /* of a container's operating system, likewise */
};

/* Each is left in one place, stop_session. In this order; some may be left out. */
enum session_state {
    SESSION_WAITING,    /* for its turn to log in */
    SESSION_LOGGING_IN, /* its child runs; no capture has come of it yet */
    SESSION_CAPTURING,  /* the header of its capture is in the output */
    SESSION_ENDING,     /* its stdin is closed, which asks the tool to end */
    SESSION_KILLED,     /* its child was killed */
    SESSION_OVER,       /* nothing more will come of it */
};

/* Why it was left to end: the first reason. */
enum session_cause {
    CAUSE_NONE,         /* it captures, or will */
    CAUSE_STOP,         /* the capture was stopped */
    CAUSE_ITSELF,       /* its child, its tool or its stream ended, or is broken */
    CAUSE_OUTPUT,       /* the output that its packets go to has failed, and others have not */
    CAUSE_REFUSED,      /* the output cannot hold packets of its link type */
    CAUSE_LOGIN_LIMIT,  /* it took too long to log in */
    CAUSE_START_FAILED, /* its child could not be started: `status` is the negative errno */
    CAUSE_LOST,         /* the connection is dead: no sign of life for STALL_LIMIT */
    CAUSE_MISPLACED,    /* it is where it is not to be: session.misplaced */
};

struct session {
    enum session_state state;
    enum session_cause cause;
    struct merge_stream stream;
    size_t number; /* in core.instances */

    /* What has been seen of the child. */
    bool exited, stdout_ended, stderr_ended;
    int status;  /* of `exited`: as of a shell, 128 + signal */
    bool paused; /* its stdout is not read: there is no room for it */
    char messages[MESSAGES_MAX];
    size_t messages_length;
    bool beats; /* it gives signs of life by itself (command.h) */
    char process[GUID_SIZE], container[GUID_SIZE]; /* where it says that it is; "": not yet */
    bool misplaced;   /* another one captures there, too; or its instance is of another process */
    char os[OS_SIZE]; /* of its container; "": not yet */

    /* Logins that failed before this one, and until when the next one waits, ms (logins.h). */
    unsigned int tries;
    uint64_t retry_at;

    /* ms. 0 if it did not happen. */
    uint64_t started_at;
    uint64_t captured_from;  /* when its header was in the output; UINT64_MAX: not yet */
    uint64_t captured_until; /* until when nothing is known to be missing */
    uint64_t heard_at;       /* the last sign of life: bytes, messages */
    uint64_t beat_at;        /* the last one that says that the tool runs (command.h) */
    uint64_t asked_at;       /* when its stdin was closed; moved on by pauses, which are not its */
    uint64_t killed_at;
    uint64_t exited_at;
    uint64_t paused_at, resumed_at;
    uint64_t stalled; /* for how long it was silent, longer than STALL each time */
    bool stall_told;  /* the user knows that it is silent */
    bool answered;    /* a sign of life came after it was asked to end */
    bool cut_off;     /* it was killed before it had sent all it had */
    bool fell_silent; /* it was killed because nothing came of it, not even its end */

    /* What the tool counted. */
    bool has_drops;           /* all of them are known */
    uint64_t received, drops; /* drops: until now */
    bool has_skew;
    int64_t skew; /* ns that its clock is ahead of ours, as far as can be seen */
};

/* How it is captured again (follow.h). Times are ms. */
struct following {
    bool missing;  /* its session is over, and there is to be another */
    bool final;    /* ... and there will be none */
    bool left;     /* it is not there any more; another may come in its place */
    bool replaced; /* ... and that is the process's that was deployed after its own */
    bool is_new;   /* it came after the beginning, and was not captured yet */
    bool listed;   /* by the last look */
    uint64_t retry_at;
    unsigned int attempts; /* since it was captured for a while */

    uint64_t since;      /* when it came; 0: it was there at the beginning */
    uint64_t left_at;    /* when it went */
    uint64_t absent_for; /* between the times that it was there */
    uint64_t gap_from;   /* when what is missing now began; 0: at the announcement; UINT64_MAX:
                            nothing   is missing */
    char why[300];       /* it began */
    bool is_noted;       /* that gap is, with the packets behind it */
    uint64_t last_gap;   /* the length of the last one that is over */
    uint64_t missed;     /* of all those since the announcement */
    unsigned int gaps;   /* their number */

    /* Of sessions before this one. */
    uint64_t received, drops, stalled;
    bool uncounted; /* one of them did not say how many packets were dropped */

    /* What the user is to be told since tell_at. */
    bool tell_missing, tell_why, tell_again, tell_left, gap_is_told;
    uint64_t tell_at;
};

struct instance {
    unsigned int index;
    size_t interface;        /* number of the core's config.interfaces */
    unsigned int number;     /* of those of this index, from 1: an app that is deployed has two */
    char process[GUID_SIZE]; /* whose it is; "": not known */
    struct following follow;
    char name[160];          /* as in pcapng: APP/INDEX eth0 */
    char description[160];   /* the same: instance INDEX of PROCESS, guid GUID; "": not known */
    char absent[24];         /* why it is not captured at all: CRASHED; "": it runs */
    char os[OS_SIZE];        /* of its container, the same; "": not known */
    bool chosen;             /* the user named it */
    uint64_t captured_since; /* ms: the first time; 0: not yet */
    struct session session;
    struct core_output *output; /* that its packets go to */

    /* Its end, in words. */
    bool ended;   /* it was looked at: the rest is known */
    bool orderly; /* it ended by itself, and that is no failure: the operator's max_duration */
    bool failed;  /* it counts against the exit status */
    bool told;    /* the user knows `why` */
    bool login_told;
    bool login_failed; /* the CLI did not come as far as the container */
    bool refused;      /* SSH was: Cloud Controller may know more, so `why` is told late or never */
    bool no_shell;     /* the container has none: nothing can run there */
    char why[1200];
};

enum {
    STALL = 10000,       /* ms without a sign of life, after which an instance is named */
    STALL_LIMIT = 45000, /* ms ..., after which its connection is taken for dead */
};

/* Are both of the same instance of the app, on whatever interfaces? */
bool instance_is_same(const struct instance *a, const struct instance *b);

/* Another child will be started for it. */
void session_again(struct session *session);

/* Since when nothing came of it, though it was read. */
uint64_t session_listened_since(const struct session *session);

/* It gives signs of life by itself, and for `*silent` ms there was none, which is too long. */
bool session_stalls(const struct session *session, uint64_t now, uint64_t *silent);

/* The same for so long that the connection is dead. */
bool session_is_lost(const struct session *session, uint64_t now);

/* A sign of life came. */
void session_heard(struct session *session, uint64_t now);

/* Bytes of the child's stderr came: keeps the last of them, without the signs of life among them,
 * and reads the tool's counts. */
void session_message(struct session *session, const char *bytes, size_t length, uint64_t now);

/* Looks at the time of its last packet: how far is its clock ahead of ours? */
void session_look_at_clock(struct session *session, int64_t clock);

/* Packets that the filter let through, and of these dropped, in all sessions of the instance; and
 * are that all? */
uint64_t instance_received(const struct instance *instance);
uint64_t instance_drops(const struct instance *instance);
bool instance_has_drops(const struct instance *instance);

/* ms that it was captured for, between `from` and `until`. */
uint64_t session_captured(const struct session *session, uint64_t from, uint64_t until);

#endif
