/*
 * One `cf ssh` child: the capture tool in one instance. Its stdin is the stop control, its stdout
 * the pcap stream, which goes into the merge, its stderr the tool's messages.
 */
#ifndef SESSION_H
#define SESSION_H

#include <stdbool.h>
#include <uv.h>

#include "cf.h"
#include "merge.h"
#include "options.h"

enum { SESSION_MESSAGES_MAX = 4096 };

struct session {
    size_t number;      /* in the merge */
    unsigned int index; /* of the instance */
    struct merge *merge;
    void (*changed)(struct session *); /* bytes came, or it is over */
    void *owner;                       /* the callback's */

    uv_process_t process;
    uv_pipe_t in, out, err;
    int open_handles; /* of these four */

    enum { SESSION_WAITING, SESSION_RUNNING, SESSION_OVER } state;
    bool asked_to_end; /* by session_stop */
    bool killed;       /* by session_kill */
    bool stdin_closed, paused;
    int status;          /* of SESSION_OVER: as struct cf_result; or why it could not be started */
    uint64_t last_heard; /* ms: when it started, or bytes came */
    uint64_t stopped_at; /* ms: when its stdin was closed */

    char messages[SESSION_MESSAGES_MAX]; /* the last of its stderr */
    size_t messages_length;
};

/*
 * The remote command: runs the tool with flags that diego-release's tool understands too. 0 or
 * -ENAMETOOLONG (a filter of more than some 60,000 bytes).
 */
int session_command(char *command, size_t size, const struct options *options);

/* Starts the child. Where that fails the session is over. */
void session_start(struct session *session, uv_loop_t *loop, const struct cf *cf,
                   const struct options *options, const char *command);

/* Asks the tool to end: end of file on its stdin. One that was not started never will be. */
void session_stop(struct session *session);

/* Ends the child at once; called again, also whatever it left behind with its pipes. */
void session_kill(struct session *session);

/* Reads on, if reading was stopped because the merge had no room. */
void session_resume(struct session *session);

#endif
