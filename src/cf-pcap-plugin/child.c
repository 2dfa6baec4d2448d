#include "child.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/command.h"
#include "output.h"
#include "quote.h"
#include "system/system.h"

static void on_closed(uv_handle_t *handle)
{
    struct child *child = handle->data;

    if (--child->open_handles == 0 && child->core == NULL)
        free(child);
}

static void close_once(uv_handle_t *handle)
{
    if (!uv_is_closing(handle))
        uv_close(handle, on_closed);
}

static void on_exit_status(uv_process_t *process, int64_t status, int signal)
{
    struct child *child = process->data;

    child->before(child->owner);
    close_once((uv_handle_t *)process);
    close_once((uv_handle_t *)&child->in);
    if (signal != 0)
        status = 128 + signal;
    if (child->follows_keys)
        core_keys_exited(child->core, child->session, (int)status);
    else
        core_exited(child->core, child->session, (int)status);
}

static void on_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    struct child *child = handle->data;
    size_t room;

    (void)suggested;
    child->before(child->owner);
    uint8_t *space = core_space(child->core, child->session, &room);
    *buffer = uv_buf_init((char *)space, (unsigned int)(room > UINT32_MAX ? UINT32_MAX : room));
}

static void on_packets(uv_stream_t *stream, ssize_t got, const uv_buf_t *buffer)
{
    struct child *child = stream->data;

    (void)buffer;
    if (got == UV_ENOBUFS) {
        uv_read_stop(stream);
    } else if (got > 0) {
        core_received(child->core, child->session, (size_t)got);
    } else if (got < 0) {
        close_once((uv_handle_t *)stream);
        core_stdout_ended(child->core, child->session);
    }
}

static void on_message_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    struct child *child = handle->data;

    (void)suggested;
    *buffer = uv_buf_init(child->messages, sizeof child->messages);
}

static void on_keys(uv_stream_t *stream, ssize_t got, const uv_buf_t *buffer)
{
    struct child *child = stream->data;

    child->before(child->owner);
    if (got > 0) {
        core_keys_received(child->core, child->session, buffer->base, (size_t)got);
    } else if (got < 0) {
        close_once((uv_handle_t *)stream);
        core_keys_stdout_ended(child->core, child->session);
    }
}

/* For --verbose: what it says, but for its signs of life. A line that comes in two pieces is shown
 * as two. */
static void repeat(const struct child *child, const char *bytes, size_t length)
{
    const char *const end = bytes + length;

    for (const char *next; bytes < end; bytes = next) {
        const char *newline = memchr(bytes, '\n', (size_t)(end - bytes));
        char shown[1024];

        next = newline == NULL ? end : newline + 1;
        quote_for_display(shown, sizeof shown, bytes,
                          (size_t)((newline == NULL ? end : newline) - bytes));
        if (strcmp(shown, COMMAND_BEAT) != 0)
            fprintf(stderr, "cf-pcap: instance %s: %s\n", child->name, shown);
    }
}

static void on_message(uv_stream_t *stream, ssize_t got, const uv_buf_t *buffer)
{
    struct child *child = stream->data;

    child->before(child->owner);
    if (got > 0) {
        if (child->verbose)
            repeat(child, buffer->base, (size_t)got);
        if (child->follows_keys)
            core_keys_message(child->core, child->session, buffer->base, (size_t)got);
        else
            core_message(child->core, child->session, buffer->base, (size_t)got);
    } else if (got < 0) {
        close_once((uv_handle_t *)stream);
        if (!child->follows_keys)
            core_stderr_ended(child->core, child->session);
    }
}

/*
 * What the packets come through: a pipe, for which UV_CREATE_PIPE would be a pair of sockets, and
 * those take longer and hold less. The child's end is to be closed once it has it. 0 or a negative
 * errno: then there is none.
 */
static int open_out(struct child *child, uv_file *child_end)
{
    uv_file ends[2];
    int error = uv_pipe(ends, UV_NONBLOCK_PIPE, 0);

    if (error != 0)
        return error;
    system_widen_pipe(ends[0]);
    error = uv_pipe_open(&child->out, ends[0]);
    if (error != 0) {
        close(ends[0]);
        close(ends[1]);
        return error;
    }
    *child_end = ends[1];
    return 0;
}

static int spawn(struct child *child, uv_loop_t *loop, const struct child_task *task)
{
    char index[16];
    const char *words[] = {task->cf->path, "ssh", task->app, "--process",   task->process, "-i",
                           index,          "-T",  "-c",      task->command, NULL};
    uv_stdio_container_t streams[3] = {
        {.flags = UV_CREATE_PIPE | UV_READABLE_PIPE, .data.stream = (uv_stream_t *)&child->in},
        {.flags = UV_INHERIT_FD, .data.fd = -1},
        {.flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE, .data.stream = (uv_stream_t *)&child->err},
    };
    uv_process_options_t options = {
        .exit_cb = on_exit_status,
        .file = task->cf->path,
        .args = (char **)words,
        .env = task->cf->environment,
        .flags = UV_PROCESS_DETACHED,
        .stdio_count = 3,
        .stdio = streams,
    };

    snprintf(index, sizeof index, "%u", task->index);
    cf_home_sync(task->cf->home);
    child->verbose = task->cf->verbose;
    snprintf(child->name, sizeof child->name, "%s", task->name);
    if (child->verbose)
        fprintf(stderr, "cf-pcap: %s ssh %s --process %s -i %s -T -c %s\n", task->cf->path,
                task->app, task->process, index,
                task->is_first ? task->command : "... (as for the first instance)");
    int error = open_out(child, &streams[1].data.fd);
    if (error != 0)
        return error;
    child->open_handles++; /* uv_spawn makes a handle of it, whether or not it succeeds */
    error = uv_spawn(loop, &child->process, &options);
    close(streams[1].data.fd);
    if (error != 0)
        close_once((uv_handle_t *)&child->process);
    return error;
}

int child_start(struct child *child, uv_loop_t *loop, const struct child_task *task)
{
    uv_pipe_init(loop, &child->in, 0);
    uv_pipe_init(loop, &child->out, 0);
    uv_pipe_init(loop, &child->err, 0);
    child->process.data = child->in.data = child->out.data = child->err.data = child;
    child->open_handles = 3;

    int error = spawn(child, loop, task);
    if (error != 0) {
        child->core = NULL;
        close_once((uv_handle_t *)&child->in);
        close_once((uv_handle_t *)&child->out);
        close_once((uv_handle_t *)&child->err);
        return system_error(error);
    }
    if (child->follows_keys)
        uv_read_start((uv_stream_t *)&child->out, on_message_room, on_keys);
    else
        uv_read_start((uv_stream_t *)&child->out, on_room, on_packets);
    uv_read_start((uv_stream_t *)&child->err, on_message_room, on_message);
    return 0;
}

void child_end_input(struct child *child)
{
    close_once((uv_handle_t *)&child->in);
}

void child_kill(struct child *child)
{
    if (!uv_is_closing((uv_handle_t *)&child->process))
        cf_kill(&child->process);
}

void child_read(struct child *child)
{
    if (!uv_is_closing((uv_handle_t *)&child->out))
        uv_read_start((uv_stream_t *)&child->out, on_room, on_packets);
}

void child_let_go(struct child *child)
{
    child->core = NULL;
    if (child->open_handles == 0) {
        free(child);
        return;
    }
    close_once((uv_handle_t *)&child->process);
    close_once((uv_handle_t *)&child->in);
    close_once((uv_handle_t *)&child->out);
    close_once((uv_handle_t *)&child->err);
}
