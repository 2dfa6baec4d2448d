#include <errno.h>
#include <io.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "../system.h"
#include "windows.h"

#include <winternl.h>

/*
 * Windows has no O_NONBLOCK for the pipes that shells make. libuv writes to them in a thread; what
 * is given to it is copied, and counts as written when it is.
 */
enum {
    CHUNK = 64 * 1024 /* bytes */,
    LOOK_AGAIN = 500,       /* ms */
    LOCAL_INFORMATION = 24, /* FilePipeLocalInformation */
    CLOSING = 4,            /* FILE_PIPE_CLOSING_STATE */
};

/* FILE_PIPE_LOCAL_INFORMATION of the Windows driver kit. */
struct local_information {
    ULONG type, configuration, instances_max, instances, in_quota, read_available, out_quota,
        write_quota, state, end;
};

struct system_pipe {
    uv_pipe_t pipe;
    uv_timer_t timer; /* looks whether the reader is still there */
    uv_write_t request;
    HANDLE handle;
    size_t length; /* that is being written, or was, and is to be told */
    bool is_writing, is_closed, reader_has_gone;
    int open_handles;
    system_pipe_event *event;
    void *owner;
    char chunk[CHUNK];
};

static void fail(struct system_pipe *pipe, int error)
{
    uv_timer_stop(&pipe->timer);
    if (!pipe->reader_has_gone && !pipe->is_closed) {
        pipe->reader_has_gone = true;
        pipe->event(pipe->owner, error);
    }
}

/* Not while it is written: the system would wait for that. */
static void on_timer(uv_timer_t *timer)
{
    struct system_pipe *pipe = timer->data;
    struct local_information information = {.state = 0};
    IO_STATUS_BLOCK status;

    if (!pipe->is_writing &&
        NtQueryInformationFile(pipe->handle, &status, &information, sizeof information,
                               (FILE_INFORMATION_CLASS)LOCAL_INFORMATION) == 0 &&
        information.state == CLOSING)
        fail(pipe, -EPIPE);
}

static void on_written(uv_write_t *request, int status)
{
    struct system_pipe *pipe = request->data;

    pipe->is_writing = false;
    if (status != 0)
        fail(pipe, -EPIPE);
    else if (!pipe->is_closed)
        pipe->event(pipe->owner, 0);
}

static void on_closed(uv_handle_t *handle)
{
    struct system_pipe *pipe = handle->data;

    if (--pipe->open_handles == 0)
        free(pipe);
}

int system_pipe_open(struct system_pipe **made, uv_loop_t *loop, int fd, system_pipe_event *event,
                     void *owner)
{
    struct system_pipe *pipe = calloc(1, sizeof *pipe);
    int copy = _dup(fd); /* libuv's to close */

    if (pipe == NULL || copy < 0) {
        free(pipe);
        return -ENOMEM;
    }
    pipe->event = event;
    pipe->owner = owner;
    pipe->handle = windows_handle(copy);
    pipe->pipe.data = pipe->timer.data = pipe->request.data = pipe;
    pipe->open_handles = 2;
    uv_timer_init(loop, &pipe->timer);
    uv_pipe_init(loop, &pipe->pipe, 0);
    int error = uv_pipe_open(&pipe->pipe, copy);
    if (error == 0) {
        uv_timer_start(&pipe->timer, on_timer, LOOK_AGAIN, LOOK_AGAIN);
        *made = pipe;
        return 0;
    }
    _close(copy);
    system_pipe_close(pipe);
    return system_error(error);
}

ptrdiff_t system_pipe_write(struct system_pipe *pipe, const uint8_t *bytes, size_t length)
{
    size_t written = pipe->length;

    if (pipe->reader_has_gone)
        return -EPIPE;
    if (pipe->is_writing)
        return -EAGAIN;
    pipe->length = 0;
    if (written > 0)
        return (ptrdiff_t)written;
    if (length == 0)
        return 0;
    pipe->length = length < CHUNK ? length : CHUNK;
    memcpy(pipe->chunk, bytes, pipe->length);
    uv_buf_t buffer = uv_buf_init(pipe->chunk, (unsigned int)pipe->length);
    int error = uv_write(&pipe->request, (uv_stream_t *)&pipe->pipe, &buffer, 1, on_written);
    if (error != 0)
        return system_error(error);
    pipe->is_writing = true;
    return -EAGAIN;
}

void system_pipe_close(struct system_pipe *pipe)
{
    pipe->is_closed = true;
    uv_close((uv_handle_t *)&pipe->timer, on_closed);
    uv_close((uv_handle_t *)&pipe->pipe, on_closed);
}
