#include "shell.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "child.h"
#include "core/command.h"

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

static int make_room_for_children(struct shell *shell)
{
    size_t room = shell->core.count + 16;
    void *children;

    if (shell->core.count < shell->room_for_children)
        return 0;
    children = realloc((void *)shell->children, room * sizeof(void *));
    if (children == NULL)
        return -ENOMEM;
    shell->children = children;
    memset(shell->children + shell->room_for_children, 0,
           (room - shell->room_for_children) * sizeof(void *));
    shell->room_for_children = room;
    return 0;
}

static void start(struct shell *shell, size_t session)
{
    struct child *child = session < shell->room_for_children ? calloc(1, sizeof *child) : NULL;
    const struct child_task task = {.cf = shell->cf,
                                    .app = shell->options->app,
                                    .process = shell->options->process,
                                    .command = shell->command,
                                    .index = shell->core.instances[session]->index};
    int error = -ENOMEM;

    if (child != NULL) {
        *child = (struct child){
            .core = &shell->core, .session = session, .before = shell_tell_time, .owner = shell};
        error = child_start(child, &shell->loop, &task);
    }
    if (error != 0)
        core_start_failed(&shell->core, session, error);
    else
        shell->children[session] = child;
}

static void leave_viewer(struct shell *shell)
{
    viewer_leave(shell->viewer);
    core_viewer_gone(&shell->core);
}

/* There is room again, or its reader has gone. */
static void on_output(void *owner, int error)
{
    struct shell *shell = owner;

    shell_tell_time(shell);
    if (error != 0)
        core_output_failed(&shell->core, error);
    else
        core_unblocked(&shell->core);
}

static void on_viewer(void *owner, int error)
{
    struct shell *shell = owner;

    shell_tell_time(shell);
    if (error != 0)
        leave_viewer(shell);
    else
        core_unblocked(&shell->core);
}

static void on_viewer_ended(void *owner)
{
    struct shell *shell = owner;

    shell_tell_time(shell);
    if (shell->is_closing)
        core_closed(&shell->core, shell->close_error);
    shell->is_closing = false;
}

static int start_viewer(struct shell *shell)
{
    static const struct viewer_events events = {.ended = on_viewer_ended, .pipe = on_viewer};

    cf_home_is_for_children(shell->cf->home, false);
    int error = viewer_start(shell->viewer, &shell->loop, &events, shell);
    cf_home_is_for_children(shell->cf->home, true);
    return error;
}

static void open_output(struct shell *shell)
{
    struct output *output = shell->output;
    int error = output == NULL ? 0 : output_open(output, &shell->loop, on_output, shell);

    if (error == 0 && shell->viewer != NULL)
        error = start_viewer(shell);
    if (error != 0) {
        core_output_failed(&shell->core, error);
        return;
    }
    core_opened(&shell->core, output == NULL ? NULL : output_name(output),
                output != NULL && output->is_file);
}

/* A file takes all, unless it fails. How much: it is `length`, if `*error` is 0. */
static size_t save(struct output *output, const uint8_t *bytes, size_t length, int *error)
{
    size_t saved = 0;

    while (saved < length) {
        ptrdiff_t written = output_write(output, bytes + saved, length - saved);

        if (written < 0) {
            *error = (int)written;
            break;
        }
        saved += (size_t)written;
    }
    return saved;
}

/* What the viewer takes is saved, too. */
static void write_and_show(struct shell *shell, const struct core_action *action)
{
    ptrdiff_t shown = viewer_write(shell->viewer, action->bytes, action->length);
    size_t taken = shown > 0 ? (size_t)shown : 0;
    int error = 0;

    if (shell->output != NULL)
        taken = save(shell->output, action->bytes, taken, &error);
    core_wrote(&shell->core, taken);
    if (error != 0) {
        core_output_failed(&shell->core, error);
    } else if (shown == -EAGAIN) {
        core_blocked(&shell->core);
    } else if (shown < 0) {
        leave_viewer(shell);
    }
}

static void write_output(struct shell *shell, const struct core_action *action)
{
    if (shell->viewer != NULL && viewer_reads(shell->viewer)) {
        write_and_show(shell, action);
        return;
    }
    ptrdiff_t written = output_write(shell->output, action->bytes, action->length);

    if (written >= 0) {
        core_wrote(&shell->core, (size_t)written);
    } else if (written == -EAGAIN) {
        core_wrote(&shell->core, 0);
        core_blocked(&shell->core);
    } else {
        core_output_failed(&shell->core, (int)written);
    }
}

static void close_output(struct shell *shell)
{
    shell->close_error = shell->output == NULL ? 0 : output_close(shell->output);
    if (shell->viewer != NULL) {
        viewer_leave(shell->viewer);
        shell->is_closing = viewer_holds_terminal(shell->viewer);
    }
    if (!shell->is_closing)
        core_closed(&shell->core, shell->close_error);
}

static void look_at_disk(struct shell *shell)
{
    uint64_t available, size;

    if (shell->output != NULL && output_disk(shell->output, &available, &size) == 0)
        core_disk(&shell->core, available, size);
}

static void remove_file(struct shell *shell, uint64_t number)
{
    const char *name;
    int error = output_files_remove(&shell->output->files, number, &name);

    if (error != 0)
        core_remove_failed(&shell->core, name, error);
}

static void show(struct shell *shell, const char *text)
{
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
    child_let_go(shell->children[session]);
    shell->children[session] = NULL;
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

    if (make_room_for_children(shell) == 0)
        child = shell->children[action->session];

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
        open_output(shell);
        break;
    case ACTION_WRITE:
        write_output(shell, action);
        break;
    case ACTION_LEAVE_VIEWER:
        leave_viewer(shell);
        break;
    case ACTION_CUT:
        output_cut(shell->output, action->until);
        break;
    case ACTION_CLOSE:
        close_output(shell);
        break;
    case ACTION_REMOVE:
        remove_file(shell, action->until);
        break;
    case ACTION_DISK:
        look_at_disk(shell);
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

static void work(struct shell *shell)
{
    struct core_action action;

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
    result = make_room_for_children(shell);
    if (result != 0)
        return result;
    result = shell->options->check
                 ? command_make_check(shell->command, sizeof shell->command,
                                      shell->options->interface, shell->options->snaplen)
                 : command_make(shell->command, sizeof shell->command, shell->options->interface,
                                shell->options->snaplen, shell->options->filter);
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
    free((void *)shell->children);
    free((void *)shell->followers);
}
