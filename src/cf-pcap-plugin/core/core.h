/*
 * The core of `cf pcap`: all of its decisions, from the first `cf ssh` to the exit status. Who is
 * started, when capturing is announced, what is written, who is asked to end and who is killed,
 * when all is over, what the user is told.
 *
 * It reads and writes nothing, starts nothing, and knows no clock and no libuv. It is told what
 * happened (events), and asked what is to be done (actions), by a shell around it: shell.c for
 * users, the simulation for tests. Everything is done before the next event comes:
 *
 *      core_time(core, now, clock);               what time it is, before every batch of events
 *      core_received(core, 3, 1400);              an event, or several
 *      while (core_next(core, &action) != ACTION_WAIT)
 *          do what it says;                       some actions are answered by an event
 *      sleep until `action.until`, or an event;
 *
 * Words. An *instance* is one instance of the app. A *session* is one `cf ssh` child: the capture
 * tool in that instance, with its stdin (closing it asks the tool to end), its stdout (the capture)
 * and its stderr (messages). An instance has one at a time for each interface; when that is over,
 * and the instance is captured again (follow.h), another begins, which goes on with that stream of
 * packets. What belongs to an instance and an interface is a `struct instance`; where several
 * interfaces are captured, an instance of the app has several, and they know nothing of each other:
 * only what the user is told puts them together. A session and its struct are named by one number,
 * from 0, in the order of core_add. An *output* is the file or pipe that packets go to, or, one
 * after the other, the files (rotation.h): one for all, number 0, or one for each instance of the
 * app (outputs.h). A *viewer* is a program, such as Wireshark, that is shown them while they come:
 * it is the output itself, or gets what a file gets, at the pace of the slower.
 *
 * Who decides that the capture is over: stop.c.
 */
#ifndef CORE_H
#define CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../pcap-merge/merge.h"
#include "../instances.h"
#include "../interfaces.h"
#include "follow.h"
#include "keys.h"
#include "logins.h"
#include "naming.h"
#include "outputs.h"
#include "session.h"
#include "stop.h"

/* Strings stay the caller's, and must live as long as the core. */
struct core_config {
    const char *app;
    struct interfaces interfaces; /* one at least */
    const char *filter;           /* NULL: none; noted in pcapng */
    const char *process; /* the type; noted in pcapng, and so are the next three; NULL: not */
    const char *hardware, *os, *comment; /* struct writer_about */
    const char *output;    /* as the user named it; NULL: a name will be made (core_opened) */
    bool split;            /* an output for each instance: `output`, its mark (outputs.h), and */
    const char *extension; /* ... this; "": none */
    uint64_t duration;     /* ms from the announcement; 0: until stopped */
    uint64_t count;        /* packets to be saved; 0: without bound */
    uint64_t max_size;     /* bytes of all outputs; 0: without bound */
    uint64_t rotate_size;  /* bytes of a file; 0: without bound */
    uint64_t rotate_time;  /* ms that a file is written; 0: without bound */
    uint64_t keep;         /* files that are left; 0: all */
    uint64_t reserve;      /* bytes to be left free on its disk; UINT64_MAX: stop_reserve */
    bool pcapng;           /* else pcap */
    bool to_stdout;        /* the output is standard output */
    const char *viewer;    /* program that shows the capture, as the user is told; NULL: none */
    bool viewer_alone;     /* and nothing else gets it: the viewer is the output */
    bool http_proxy_alone; /* advice.h */
    bool live;             /* the user sees ACTION_SHOW */
    bool reports;          /* a line now and then, for a log */
    bool follow;           /* instances that end are captured again, new ones are, too */
    bool chosen;           /* the user named instances: others are not captured */
    uint64_t random;       /* any number: of it pauses differ in length */
    bool check;            /* no capture: probe.h */
    const char *tls_keys;  /* the app's key log in the container (keys.h); NULL: not wanted */
    bool verbose;          /* each instance's login is told, and its row in the summary */
    size_t expected;       /* sessions, about as many as will be added: they share the memory */
};

enum core_action_kind {
    ACTION_WAIT, /* nothing is to be done before the next event, or the time `until` */

    /* Of session `session`: */
    ACTION_START,     /* start its child. Answer: core_start_failed, if that fails */
    ACTION_END_INPUT, /* close its child's stdin */
    ACTION_KILL,      /* kill its child */
    ACTION_LET_GO,    /* close all that is open of it; no event of it may come any more */
    ACTION_READ,      /* read its stdout again, which had stopped for lack of core_space */

    /* Of output `output`: */
    ACTION_OPEN,  /* open it. Answer: core_opened or core_output_failed */
    ACTION_WRITE, /* write `length` bytes at `bytes`. Answer: core_wrote, and core_blocked if it
                     takes no more for now; or core_output_failed */
    ACTION_LEAVE_VIEWER, /* close what the viewer reads; the file goes on */
    ACTION_CUT,          /* if it is a file: make it `until` bytes long */
    ACTION_CLOSE,        /* close it. Answer: core_closed */
    ACTION_REMOVE,       /* remove the file that was the `until`th to be opened. Answer:
                            core_remove_failed or core_left_changed, if it is not */
    ACTION_DISK,         /* look at its disk. Answer: core_disk; none, if it is on no disk */

    /* To the user, one line without its newline, `text`: */
    ACTION_SAY,  /* on the terminal */
    ACTION_WARN, /* the same, about something that went wrong */
    ACTION_SHOW, /* to be written over by the next line; "" takes it away */

    /* Of Cloud Foundry: */
    ACTION_LOOK,      /* ask which instances there are. Answer: core_looked */
    ACTION_LOOK_AWAY, /* give that up: no answer may come any more */

    /* Of names (naming.h): */
    ACTION_SERVICES,    /* ask for the host names of the app's bound services. Answer:
                           core_services */
    ACTION_RESOLVE,     /* run `text` in the instance of `session`, in a `cf ssh` of its own that is
                           no session. Answer: core_resolved */
    ACTION_NAMING_AWAY, /* give that up: no answer may come any more */

    /* Of the follower of instance `session` (keys.h): */
    ACTION_KEYS_START,     /* start its child. Answer: core_keys_start_failed, if that fails */
    ACTION_KEYS_END_INPUT, /* close its child's stdin */
    ACTION_KEYS_KILL,      /* kill its child */
    ACTION_KEYS_LET_GO,    /* close all that is open of it; no event of it may come any more */

    ACTION_FINISH, /* all is over; leave with `status` */
};

struct core_action {
    enum core_action_kind kind;
    size_t session, output;
    const uint8_t *bytes;
    size_t length;
    uint64_t until; /* ACTION_WAIT: ms; UINT64_MAX: only an event. ACTION_CUT: bytes.
                       ACTION_REMOVE: a file's number, from 1 */
    const char
        *text; /* also of ACTION_RESOLVE: the core's, valid until core_next is called again */
    int status;
};

enum core_signal {
    CORE_INTERRUPT, /* ^C, SIGTERM: stop; a second one is impatience: end at once */
    CORE_HANGUP,    /* stop; however often it comes */
    CORE_CF_GONE,   /* `cf`, which started this, has ended: stop */
};

enum { CORE_SAME_KEY = 1000 /* ms after the end of `cf` in which ^C is the one that ended it */ };

enum look_result {
    LOOK_LISTED,
    LOOK_NOT_FOUND, /* there is no such app (any more) */
    LOOK_EXPIRED,   /* the login is void */
    LOOK_FAILED,
};

/* The answer to ACTION_LOOK. */
struct core_listing {
    enum look_result result;
    const char *process; /* GUID of the process (type) that `cf ssh` goes to now */
    unsigned int beside; /* instances of another version of the app, which it does not reach */
    const struct listed_instance *list;
    size_t count;
    const char *why; /* of LOOK_EXPIRED, LOOK_FAILED */
};

/* What the user has been told: tell.c. */
struct telling {
    uint64_t shown_at; /* ms: the live line */
    bool link_types, stopped, viewer_stuck, quiet, app_gone;
    size_t row;                       /* of the summary, the next */
    size_t left_out, absent_left_out; /* rows that are not worth a line */
    size_t same;                      /* instance whose fellows are named next */
    size_t same_output;               /* the same of outputs that failed */
    unsigned int closing, saved;      /* of the last lines, the next */
    uint64_t reported_at;             /* ms: the line that comes where there is no live line */
    char later[2048]; /* lines that are told as soon as nothing else is to be done (tell_later) */
    size_t later_length;
};

struct core {
    struct core_config config;
    struct instance **instances; /* those that are captured; their number is their session's */
    struct instance **ordered;   /* the same, as the user is told of them: 0, 1, 2, 0 (2) */
    size_t count;
    struct instance **absent; /* those that do not run */
    size_t absent_count;
    struct core_output **outputs;
    size_t output_count;
    struct writer_about about; /* in each of them */
    struct writer_name *names; /* of about */
    size_t names_room;

    uint64_t now;  /* ms, of a clock that does not go back */
    int64_t clock; /* ns since 1970: only to compare with the instances' clocks */
    bool has_time;

    /* The capture as a whole. Changed by core.c's functions of these names alone. */
    struct stop stop;               /* wanted? since when, and why (stop.h) */
    uint64_t announced_at;          /* ms; UINT64_MAX: the user was not told yet that all capture */
    const struct core_output *full; /* the first whose disk is; NULL: none is */
    bool is_over;                   /* stop_is_over */
    bool failed;                    /* the exit status is to say so */
    uint64_t wanted;                /* packets that may still be saved; UINT64_MAX: without bound */
    struct logins logins;           /* how many at the same time */
    struct look look;               /* which instances there are (follow.h) */
    uint64_t random;
    struct keys keys; /* of --tls-keys */
    struct naming naming;
    struct telling telling; /* what the user has been told */
    bool viewer_shows;      /* the viewer gets what the output gets */
    bool viewer_stuck;      /* it does no longer, for it took nothing */
    bool viewer_failed;     /* the same, for it failed, or it was never started */
    char text[2048];
};

/* 0 or -ENOMEM. */
int core_init(struct core *core, const struct core_config *config);
void core_free(struct core *core);

/*
 * One more instance, on one of the interfaces (a number of config.interfaces): to be called for
 * each of them, one after the other. `state`: NULL if it runs; else what Cloud Controller says of
 * it (CRASHED): it is not captured, but named, once for all interfaces, or with `follow` captured
 * once it runs. `chosen`: the user named it, so that its absence is a failure. 0 or -ENOMEM.
 */
int core_add(struct core *core, unsigned int index, size_t interface, const char *state,
             bool chosen);

/* So many instances of another version of the app run, which `cf ssh` does not reach: it is being
 * deployed. The user was told. */
void core_deployed(struct core *core, unsigned int beside);

/* What Cloud Controller lists of an instance: its address gets a name in pcapng, its GUID is told
 * there. Without memory it gets none. */
void core_learn(struct core *core, const struct listed_instance *listed);

/* Events. `number` is a session's. */

void core_time(struct core *core, uint64_t now, int64_t clock);
void core_signal(struct core *core, enum core_signal signal);

/* Where to put the next bytes of a session's stdout, and how many at most. 0: stop reading it until
 * ACTION_READ. */
uint8_t *core_space(struct core *core, size_t number, size_t *length);
void core_received(struct core *core, size_t number, size_t length);

/* Bytes of its stderr, which are copied. */
void core_message(struct core *core, size_t number, const char *bytes, size_t length);

/* The child could not be started: negative errno. No other event of it comes. */
void core_start_failed(struct core *core, size_t number, int error);
/* The end of its stdout, the end of its stderr; and of the child: its exit status, 128 + signal.
 * In any order. */
void core_stdout_ended(struct core *core, size_t number);
void core_stderr_ended(struct core *core, size_t number);
void core_exited(struct core *core, size_t number, int status);

/* The same of an instance's follower: bytes of its stdout, which are the file's, and of its stderr;
 * both are copied. */
void core_keys_received(struct core *core, size_t number, const char *bytes, size_t length);
void core_keys_message(struct core *core, size_t number, const char *bytes, size_t length);
void core_keys_start_failed(struct core *core, size_t number, int error);
void core_keys_stdout_ended(struct core *core, size_t number);
void core_keys_exited(struct core *core, size_t number, int status);

/* Events of an output; `number` is its own. */

/* It was opened. Its name, if that was not known before, else NULL; is it a file, or a pipe or
 * device, which cannot be cut? */
void core_opened(struct core *core, size_t number, const char *name, bool is_file);
void core_wrote(struct core *core, size_t number, size_t length);
void core_blocked(struct core *core, size_t number);
void core_unblocked(struct core *core, size_t number);
/* It could not be opened or written: negative errno. -EPIPE: it has no reader any more. */
void core_output_failed(struct core *core, size_t number, int error);
/* Negative errno or 0. Of a file: -ENOENT: it has not its name any more; -ENODATA: it was made
 * shorter meanwhile. */
void core_closed(struct core *core, size_t number, int error);
/* Bytes that are free on its disk for this user, and of the disk as a whole. */
void core_disk(struct core *core, size_t number, uint64_t available, uint64_t size);

void core_remove_failed(struct core *core, const char *name, int error);
/* A file that was to be removed stays: it is not what was written any more. */
void core_left_changed(struct core *core, size_t number);
/* The viewer could not be started, or has failed, and `why` is the line that says so; copied. Comes
 * before core_output_failed or core_viewer_gone. */
void core_viewer_failed(struct core *core, const char *why);
/* The viewer reads no more: it was closed. */
void core_viewer_gone(struct core *core);

/* The answer to ACTION_LOOK. Nothing of it is kept. */
void core_looked(struct core *core, const struct core_listing *listing);

/* The answer to ACTION_SERVICES; NULL: it cannot be had, `why` says the reason. Copied. */
void core_services(struct core *core, const struct hosts *hosts, const char *why);
/* The answer to ACTION_RESOLVE: what the command has printed, and why not all of it came; NULL: all
 * came. */
void core_resolved(struct core *core, const char *text, size_t length, const char *why);

/* What is to be done next; its kind is returned, too. */
enum core_action_kind core_next(struct core *core, struct core_action *action);

#endif
