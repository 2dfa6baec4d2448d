#include "shell.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "child.h"
#include "core/command.h"
#include "core/session_list.h"

enum { READER_POLL = 50 /* ms */ };

static uint64_t now_ms(const struct shell *shell)
{
    return uv_now(&shell->loop);
}

void shell_tell_time(void *owner)
{
    struct shell *shell = owner;
    uv_timespec64_t clock;

    uv_clock_gettime(UV_CLOCK_REALTIME, &clock);
    core_time(&shell->core, now_ms(shell), clock.tv_sec * 1000000000 + clock.tv_nsec);
}

/* The core's actions. */

static int make_command(struct shell *shell, size_t interface)
{
    const struct options *options = shell->options;
    const char *name = options->interfaces.names[interface];

    return options->check
               ? command_make_check(shell->command, sizeof shell->command, name, options->snaplen)
               : command_make(shell->command, sizeof shell->command, name, options->snaplen,
                              options->filter);
}

static void start(struct shell *shell, size_t session)
{
    const struct instance *instance = shell->core.instances[session];
    struct child *child = session < shell->children.room ? calloc(1, sizeof *child) : NULL;
    char name[SESSION_NAME_SIZE];
    const struct child_task task = {.cf = shell->cf,
                                    .app = shell->options->app,
                                    .process = shell->options->process,
                                    .command = shell->command,
                                    .index = instance->index,
                                    .name = session_name(name, &shell->core, instance),
                                    .is_first = session < shell->options->interfaces.count};
    int error = -ENOMEM;

    make_command(shell, instance->interface); /* which init has seen succeed */
    if (child != NULL) {
        *child = (struct child){
            .core = &shell->core, .session = session, .before = shell_tell_time, .owner = shell};
        error = child_start(child, &shell->loop, &task);
    }
    if (error != 0)
        core_start_failed(&shell->core, session, error);
    else
        shell->children.at[session] = child;
}

static void show(struct shell *shell, const char *text)
{
    if (shell->toolbar != NULL && *text != '\0')
        toolbar_show(shell->toolbar, text, now_ms(shell));
    if (*text == '\0')
        console_end_live(shell->console);
    else if (terminal_is_ours(&shell->terminal))
        console_live(shell->console, text);
}

static void finish(struct shell *shell, int status)
{
    shell->status = status;
    uv_stop(&shell->loop);
}

static void let_go(struct shell *shell, size_t session)
{
    child_let_go(shell->children.at[session]);
    shell->children.at[session] = NULL;
}

static void on_look(void *owner, const struct core_listing *listing)
{
    struct shell *shell = owner;

    shell_tell_time(shell);
    core_looked(&shell->core, listing);
}

static void perform(struct shell *shell, const struct core_action *action)
{
    struct child *child = NULL;

    if (pointers_make_room(&shell->children, shell->core.count + 1) == 0)
        child = shell->children.at[action->session];

    switch (action->kind) {
    case ACTION_START:
        start(shell, action->session);
        break;
    case ACTION_END_INPUT:
        if (child != NULL)
            child_end_input(child);
        break;
    case ACTION_KILL:
        if (child != NULL)
            child_kill(child);
        break;
    case ACTION_LET_GO:
        if (child != NULL)
            let_go(shell, action->session);
        break;
    case ACTION_READ:
        if (child != NULL)
            child_read(child);
        break;
    case ACTION_OPEN:
    case ACTION_WRITE:
    case ACTION_LEAVE_VIEWER:
    case ACTION_CUT:
    case ACTION_CLOSE:
    case ACTION_REMOVE:
    case ACTION_DISK:
        shell_do_output(shell, action);
        break;
    case ACTION_SAY:
        console_line(shell->console, "%s", action->text);
        break;
    case ACTION_WARN:
        console_error(shell->console, "%s", action->text);
        break;
    case ACTION_SHOW:
        show(shell, action->text);
        break;
    case ACTION_LOOK:
        look_start(&shell->looking, &shell->loop);
        break;
    case ACTION_LOOK_AWAY:
        look_away(&shell->looking);
        break;
    case ACTION_SERVICES:
    case ACTION_RESOLVE:
    case ACTION_NAMING_AWAY:
        asking_perform(&shell->asking, &shell->loop, action);
        break;
    case ACTION_KEYS_START:
    case ACTION_KEYS_END_INPUT:
    case ACTION_KEYS_KILL:
    case ACTION_KEYS_LET_GO:
        shell_keys_perform(shell, action);
        break;
    case ACTION_FINISH:
        finish(shell, action->status);
        break;
    case ACTION_WAIT:
        break;
    }
}

static void on_timer(uv_timer_t *timer);

/* Looked at with every event: while packets come, the timer does not. */
static void watch_toolbar(struct shell *shell)
{
    if (shell->toolbar == NULL || !toolbar_stops(shell->toolbar, now_ms(shell)))
        return;
    shell_tell_time(shell);
    core_signal(&shell->core, CORE_INTERRUPT);
}

static void work(struct shell *shell)
{
    struct core_action action;

    watch_toolbar(shell);
    while (core_next(&shell->core, &action) != ACTION_WAIT) {
        perform(shell, &action);
        if (action.kind == ACTION_FINISH)
            return;
    }
    uint64_t now = now_ms(shell);
    uv_timer_start(&shell->timer, on_timer, action.until > now ? action.until - now : 0, 0);
}

/* Events. */

static void on_after_events(uv_check_t *check)
{
    work(check->data);
}

static void on_timer(uv_timer_t *timer)
{
    struct shell *shell = timer->data;

    shell_tell_time(shell);
    terminal_watch(&shell->terminal, now_ms(shell));
    if (parent_is_gone(shell->parent))
        core_signal(&shell->core, CORE_CF_GONE);
    work(shell);
}

/* Is all over, but for the viewer? It is not waited for any longer. */
static void signal_core(struct shell *shell, enum core_signal signal)
{
    if (shell->is_closing)
        viewer_kill(shell->viewer);
    core_signal(&shell->core, signal);
}

static void on_parent_gone(void *owner)
{
    struct shell *shell = owner;

    shell_tell_time(shell);
    signal_core(shell, CORE_CF_GONE);
}

static void on_job_control(uv_signal_t *handle, int number)
{
    struct shell *shell = handle->data;

    (void)number;
    console_end_live(shell->console);
    terminal_leave(&shell->terminal, now_ms(shell));
}

static void on_signal(void *owner, int number)
{
    struct shell *shell = owner;

    shell_tell_time(shell);
    if (number == SIGINT && shell->console->is_terminal)
        console_line(shell->console, "^C"); /* what the terminal echoed, as a line */
    signal_core(shell, number == SIGHUP ? CORE_HANGUP : CORE_INTERRUPT);
}

/* ^C, where it comes as a key. */
static void on_interrupt(void *owner)
{
    on_signal(owner, SIGINT);
}

/* Around it all. */

/* Until there is one, ^C ends the program, and so does the end of `cf`. */
static int wait_for_reader(const struct shell *shell)
{
    int result = output_find_reader(shell->output);

    if (result == -ENXIO)
        console_line(shell->console, "Waiting for a program that reads %s...",
                     output_name(shell->output));
    while (result == -ENXIO) {
        uv_sleep(READER_POLL);
        result = parent_is_gone(shell->parent) ? -ECANCELED : output_find_reader(shell->output);
    }
    return result;
}

static int init(struct shell *shell, const struct instances *instances)
{
    int result = shell_make_core(shell, instances);

    if (result != 0)
        return result;
    shell->looking = (struct looking){.cf = shell->cf,
                                      .app = shell->options->app,
                                      .guid = shell->guid,
                                      .type = shell->options->process,
                                      .answer = on_look,
                                      .owner = shell};
    shell->asking = (struct asking){.cf = shell->cf,
                                    .app = shell->options->app,
                                    .guid = shell->guid,
                                    .process = shell->options->process,
                                    .core = &shell->core,
                                    .before = shell_tell_time,
                                    .owner = shell};
    result = pointers_make_room(&shell->children, shell->core.count + 1);
    if (result != 0)
        return result;
    for (size_t i = 0; result == 0 && i < shell->options->interfaces.count; i++)
        result = make_command(shell, i);
    if (result == 0 && shell->options->tls_keys != NULL)
        result = command_make_keys(shell->command_keys, sizeof shell->command_keys,
                                   shell->options->tls_keys);
    if (result == 0 && shell->output != NULL)
        result = wait_for_reader(shell);
    return result == 0 ? uv_loop_init(&shell->loop) : result;
}

static void watch(struct shell *shell)
{
    uv_check_init(&shell->loop, &shell->after_events);
    shell->after_events.data = shell;
    uv_check_start(&shell->after_events, on_after_events);
    uv_timer_init(&shell->loop, &shell->timer);
    shell->timer.data = shell;
    signals_watch(&shell->signals, &shell->loop, on_signal, shell);
    uv_signal_init(&shell->loop, &shell->job_control);
    shell->job_control.data = shell;
    if (system_job_control != 0)
        uv_signal_start(&shell->job_control, on_job_control, system_job_control);
    parent_watch(&shell->parent_watch, shell->parent, &shell->loop, on_parent_gone, shell);
}

int shell_run(struct shell *shell, const struct instances *instances)
{
    int result = init(shell, instances);

    if (result != 0)
        return result;
    watch(shell);
    terminal_begin(&shell->terminal, &shell->loop, on_interrupt, shell);
    shell_tell_time(shell);
    work(shell);
    uv_run(&shell->loop, UV_RUN_DEFAULT);
    terminal_end(&shell->terminal);
    return 0;
}

void shell_free(struct shell *shell)
{
    core_free(&shell->core);
    free((void *)shell->children.at);
    free((void *)shell->followers.at);
    shell_free_outputs(shell);
}
