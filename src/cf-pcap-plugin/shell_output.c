/* The core's actions of its outputs, and what happens of these. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shell.h"

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
        core_output_failed(&shell->core, 0, error);
    else
        core_unblocked(&shell->core, 0);
}

static void on_viewer(void *owner, int error)
{
    struct shell *shell = owner;
    char text[512];

    shell_tell_time(shell);
    if (error != 0 && viewer_failure(shell->viewer, text, sizeof text))
        core_viewer_failed(&shell->core, text);
    if (error != 0)
        leave_viewer(shell);
    else
        core_unblocked(&shell->core, 0);
}

static void on_viewer_ended(void *owner)
{
    struct shell *shell = owner;

    shell_tell_time(shell);
    if (shell->is_closing)
        core_closed(&shell->core, 0, shell->close_error);
    shell->is_closing = false;
}

static int start_viewer(struct shell *shell)
{
    char text[512];
    static const struct viewer_events events = {.ended = on_viewer_ended, .pipe = on_viewer};

    cf_home_is_for_children(shell->cf->home, false);
    int error = viewer_start(shell->viewer, &shell->loop, &events, shell);
    cf_home_is_for_children(shell->cf->home, true);
    if (error == 0)
        return 0;
    snprintf(text, sizeof text,
             "Cannot start the program %.320s: %s. Try it by itself, or save the capture with -o "
             "FILE alone.",
             shell->viewer->path, strerror(-error));
    core_viewer_failed(&shell->core, text);
    return -ECANCELED; /* it is told */
}

/* Makes the file of an output of the core. 0 or a negative errno. */
static int make_part(struct shell *shell, size_t number)
{
    struct output *part;

    if (pointers_make_room(&shell->parts, number + 1) != 0)
        return -ENOMEM;
    part = calloc(1, sizeof *part);
    if (part == NULL)
        return -ENOMEM;
    shell->parts.at[number] = part;
    return output_part(part, shell->output, shell->core.outputs[number]->mark);
}

/* NULL: the viewer alone gets the capture. */
static struct output *output_of(const struct shell *shell, size_t number)
{
    return shell->core.config.split ? shell->parts.at[number] : shell->output;
}

/* Pipes and the viewer are of a capture with one output, whose number is 0. A viewer that cannot be
 * started does no harm to a file that is there. */
static void open_output(struct shell *shell, size_t number)
{
    int error = shell->core.config.split ? make_part(shell, number) : 0;
    struct output *output = error == 0 ? output_of(shell, number) : NULL;

    if (error == 0 && shell->viewer != NULL)
        error = start_viewer(shell);
    if (error == 0 && output != NULL) {
        error = output_open(output, &shell->loop, on_output, shell);
        if (error != 0 && shell->viewer != NULL) {
            viewer_kill(shell->viewer);
            viewer_leave(shell->viewer);
        }
    }
    if (error != 0) {
        core_output_failed(&shell->core, number, error);
        return;
    }
    core_opened(&shell->core, number, output == NULL ? NULL : output_name(output),
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
    core_wrote(&shell->core, 0, taken);
    if (error != 0) {
        core_output_failed(&shell->core, 0, error);
    } else if (shown == -EAGAIN) {
        core_blocked(&shell->core, 0);
    }
}

static void write_output(struct shell *shell, const struct core_action *action)
{
    if (shell->viewer != NULL && viewer_reads(shell->viewer)) {
        write_and_show(shell, action);
        return;
    }
    struct output *output = output_of(shell, action->output);
    ptrdiff_t written = output_write(output, action->bytes, action->length);

    if (written >= 0) {
        core_wrote(&shell->core, action->output, (size_t)written);
    } else if (written == -EAGAIN) {
        core_wrote(&shell->core, action->output, 0);
        core_blocked(&shell->core, action->output);
    } else {
        core_output_failed(&shell->core, action->output, (int)written);
    }
}

static void close_output(struct shell *shell, size_t number)
{
    struct output *output = output_of(shell, number);

    shell->close_error = output == NULL ? 0 : output_close(output);
    if (shell->viewer != NULL) {
        viewer_leave(shell->viewer);
        shell->is_closing = viewer_holds_terminal(shell->viewer);
    }
    if (!shell->is_closing)
        core_closed(&shell->core, number, shell->close_error);
}

static void look_at_disk(struct shell *shell, size_t number)
{
    struct output *output = output_of(shell, number);
    uint64_t available, size;

    if (output != NULL && output_disk(output, &available, &size) == 0)
        core_disk(&shell->core, number, available, size);
}

static void remove_file(struct shell *shell, uint64_t number)
{
    const char *name;
    int error = output_files_remove(&shell->output->files, number, &name);

    if (error < 0)
        core_remove_failed(&shell->core, name, error);
    else if (error == OUTPUT_FILES_LEFT)
        core_left_changed(&shell->core, 0);
}

void shell_do_output(struct shell *shell, const struct core_action *action)
{
    switch (action->kind) {
    case ACTION_OPEN:
        open_output(shell, action->output);
        break;
    case ACTION_WRITE:
        write_output(shell, action);
        break;
    case ACTION_LEAVE_VIEWER:
        leave_viewer(shell);
        break;
    case ACTION_CUT:
        output_cut(output_of(shell, action->output), action->until);
        break;
    case ACTION_CLOSE:
        close_output(shell, action->output);
        break;
    case ACTION_REMOVE:
        remove_file(shell, action->until);
        break;
    case ACTION_DISK:
        look_at_disk(shell, action->output);
        break;
    default:
        break;
    }
}

void shell_free_outputs(struct shell *shell)
{
    for (size_t i = 0; i < shell->parts.room; i++) {
        if (shell->parts.at[i] != NULL)
            output_free(shell->parts.at[i]);
        free(shell->parts.at[i]);
    }
    free((void *)shell->parts.at);
}
