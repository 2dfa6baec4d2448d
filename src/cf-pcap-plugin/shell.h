/*
 * The shell around the core (core/core.h): has its actions done by libuv, and tells it what
 * happens. Decides nothing.
 */
#ifndef SHELL_H
#define SHELL_H

#include "cf.h"
#include "console.h"
#include "core/core.h"
#include "instances.h"
#include "options.h"
#include "output.h"
#include "system/parent.h"
#include "system/system.h"
#include "system/terminal.h"

struct child;

struct shell {
    /* The caller's, to be set before. */
    const struct options *options;
    const struct cf *cf;
    struct console *console;
    struct output *output;
    const struct parent *parent;

    struct core core; /* to be read afterwards, until shell_free */
    int status;       /* the exit status */

    struct child **children; /* one a session; NULL: not started, or over */
    uv_loop_t loop;
    uv_check_t after_events;
    uv_timer_t timer;
    uv_signal_t signals[SYSTEM_SIGNALS_MAX];
    struct parent_watch parent_watch;
    struct terminal terminal;
    char command[65536]; /* what runs in each instance */
};

/*
 * Captures on the instances that run until it is over, and tells the user what happens, up to the
 * summary. 0, or a negative errno before anything was started.
 */
int shell_run(struct shell *shell, const struct instances *instances);
void shell_free(struct shell *shell);

#endif
