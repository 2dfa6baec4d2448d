/*
 * The shell around the core (core/core.h): has its actions done by libuv, and tells it what
 * happens. Decides nothing.
 */
#ifndef SHELL_H
#define SHELL_H

#include "about.h"
#include "asking.h"
#include "cf.h"
#include "console.h"
#include "core/core.h"
#include "instances.h"
#include "look.h"
#include "options.h"
#include "output.h"
#include "pointers.h"
#include "signals.h"
#include "system/parent.h"
#include "system/system.h"
#include "system/terminal.h"
#include "toolbar.h"
#include "viewer.h"

struct shell {
    /* The caller's, to be set before. */
    const struct options *options;
    const struct cf *cf;
    struct console *console;
    struct output *output; /* NULL: the viewer alone gets the capture */
    const struct about *about;
    struct viewer *viewer;   /* NULL: there is none */
    struct toolbar *toolbar; /* likewise */
    const struct parent *parent;
    const char *guid; /* of the app */

    struct core core; /* to be read afterwards, until shell_free */
    int status;       /* the exit status */

    struct pointers children;  /* struct child, one a session; NULL: not started, or over */
    struct pointers followers; /* the same, one an instance */
    bool followed_keys;        /* one was started */
    struct pointers parts;     /* --split: struct output, of each of the core's that was opened */
    struct looking looking;
    struct asking asking; /* for names */
    uv_loop_t loop;
    uv_check_t after_events;
    uv_timer_t timer;
    struct signals signals;
    uv_signal_t job_control; /* ^Z */
    bool is_closing;         /* the viewer, which has the terminal, is waited for */
    int close_error;         /* of the output, until then */
    struct parent_watch parent_watch;
    struct terminal terminal;
    char command[65536];      /* what runs in an instance: the last one that was started */
    char command_keys[16384]; /* what follows its key log; "": nothing */
};

/*
 * Captures on the instances that run until it is over, and tells the user what happens, up to the
 * summary. 0, or a negative errno before anything was started; -ENOENT: the named pipe that is the
 * output has gone.
 */
int shell_run(struct shell *shell, const struct instances *instances);
void shell_free(struct shell *shell);

/* For the parts of the shell. */

/* Tells the core what time it is: to be called before each event. */
void shell_tell_time(void *owner);

/* Does one of the actions ACTION_OPEN to ACTION_DISK (shell_output.c). */
void shell_do_output(struct shell *shell, const struct core_action *action);
void shell_free_outputs(struct shell *shell);

/* Makes shell->core of what the user wants, and of these instances. 0 or a negative errno. */
int shell_make_core(struct shell *shell, const struct instances *instances);

/* The actions of followers, ACTION_KEYS_... (shell_keys.c). */
void shell_keys_perform(struct shell *shell, const struct core_action *action);

#endif
