#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include <uv.h>

#include "../system.h"

struct system_pipe {
    uv_poll_t poll;
    int fd;
    int flags; /* of the descriptor, to be set again: others share it, `cf` and the shell */
    bool watched;
    system_pipe_event *event;
    void *owner;
};

static void on_event(uv_poll_t *poll, int status, int events);

static void watch(struct system_pipe *pipe, int events)
{
    uv_poll_start(&pipe->poll, events | UV_DISCONNECT, on_event);
}

static void on_event(uv_poll_t *poll, int status, int events)
{
    struct system_pipe *pipe = poll->data;

    if (status != 0) {
        uv_poll_stop(poll);
        pipe->event(pipe->owner, -EPIPE);
        return;
    }
    watch(pipe, 0);
    if ((events & UV_WRITABLE) != 0)
        pipe->event(pipe->owner, 0);
}

int system_pipe_open(struct system_pipe **made, uv_loop_t *loop, int fd, system_pipe_event *event,
                     void *owner)
{
    struct system_pipe *pipe = calloc(1, sizeof *pipe);

    if (pipe == NULL)
        return -ENOMEM;
    *pipe =
        (struct system_pipe){.fd = fd, .flags = fcntl(fd, F_GETFL), .event = event, .owner = owner};
    if (pipe->flags < 0 || fcntl(fd, F_SETFL, pipe->flags | O_NONBLOCK) != 0) {
        int error = -errno;

        free(pipe);
        return error;
    }
    pipe->watched = uv_poll_init(loop, &pipe->poll, fd) == 0;
    pipe->poll.data = pipe;
    if (pipe->watched)
        watch(pipe, 0);
    *made = pipe;
    return 0;
}

ptrdiff_t system_pipe_write(struct system_pipe *pipe, const uint8_t *bytes, size_t length)
{
    ssize_t count;

    do
        count = write(pipe->fd, bytes, length);
    while (count < 0 && errno == EINTR);
    if (count >= 0)
        return count;
    if (errno != EWOULDBLOCK)
        return -errno;
    if (pipe->watched)
        watch(pipe, UV_WRITABLE);
    return -EAGAIN;
}

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

void system_pipe_close(struct system_pipe *pipe)
{
    fcntl(pipe->fd, F_SETFL, pipe->flags);
    if (pipe->watched)
        uv_close((uv_handle_t *)&pipe->poll, on_closed);
    else
        free(pipe);
}
