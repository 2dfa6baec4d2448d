#include "session.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "output.h"
#include "quote.h"

enum { WORTH_READING = 16 * 1024 /* bytes of room in the ring */ };

int session_command(char *command, size_t size, const struct options *options)
{
    /*
     * The tool becomes the remote shell's process (exec), a child of the SSH daemon as it demands.
     * End of file on stdin ends it. diego-release's tool ignores that, and would go on in the
     * container for ever: so a subshell waits for the end of file as well, and sends SIGTERM.
     */
    int length = snprintf(command, size,
                          "exec 3<&0; { read -r end <&3; kill $$; } >/dev/null 2>&1 & "
                          "exec /tmp/lifecycle/cf-pcap 3<&- -interface ");

    if (length < 0 || (size_t)length >= size || quote_word(command, size, options->interface) != 0)
        return -ENAMETOOLONG;
    if (options->snaplen != 0) {
        size_t used = strlen(command);

        snprintf(command + used, size - used, " -snaplen %u", options->snaplen);
    }
    if (options->filter == NULL)
        return 0;
    size_t used = strlen(command);
    if (snprintf(command + used, size - used, " -filter ") >= (int)(size - used))
        return -ENAMETOOLONG;
    return quote_word(command, size, options->filter);
}

static void on_closed(uv_handle_t *handle)
{
    struct session *session = handle->data;

    if (--session->open_handles > 0)
        return;
    session->state = SESSION_OVER;
    merge_end(session->merge, session->number);
    session->changed(session);
}

static void close_stdin(struct session *session)
{
    if (session->stdin_closed)
        return;
    session->stdin_closed = true;
    session->stopped_at = uv_now(session->in.loop);
    uv_close((uv_handle_t *)&session->in, on_closed);
}

static void on_exit_status(uv_process_t *process, int64_t status, int signal)
{
    struct session *session = process->data;

    session->status = signal != 0 ? 128 + signal : (int)status;
    uv_close((uv_handle_t *)process, on_closed);
    close_stdin(session);
}

static void on_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    struct session *session = handle->data;
    size_t room;
    uint8_t *space = merge_space(session->merge, session->number, &room);

    (void)suggested;
    *buffer = uv_buf_init((char *)space, (unsigned int)(room > UINT32_MAX ? UINT32_MAX : room));
}

static void on_packets(uv_stream_t *stream, ssize_t got, const uv_buf_t *buffer)
{
    struct session *session = stream->data;

    (void)buffer;
    if (got == UV_ENOBUFS) {
        session->paused = true;
        uv_read_stop(stream);
    } else if (got > 0) {
        session->last_heard = uv_now(stream->loop);
        merge_fed(session->merge, session->number, (size_t)got, session->last_heard);
    } else if (got < 0) {
        uv_close((uv_handle_t *)stream, on_closed);
    }
    session->changed(session);
}

static void on_message_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    struct session *session = handle->data;
    size_t half = sizeof session->messages / 2;

    (void)suggested;
    /* Of a tool that talks much the last words count. */
    if (session->messages_length > half) {
        session->messages_length -= half;
        memmove(session->messages, session->messages + half, session->messages_length);
    }
    *buffer = uv_buf_init(session->messages + session->messages_length,
                          (unsigned int)(sizeof session->messages - session->messages_length));
}

static void on_message(uv_stream_t *stream, ssize_t got, const uv_buf_t *buffer)
{
    struct session *session = stream->data;

    (void)buffer;
    if (got > 0)
        session->messages_length += (size_t)got;
    else if (got < 0)
        uv_close((uv_handle_t *)stream, on_closed);
}

/*
 * What the packets come through: a pipe, for which UV_CREATE_PIPE would be a pair of sockets, and
 * those take longer and hold less. The child's end is to be closed once it has it. 0 or a negative
 * errno: then there is none.
 */
static int open_out(struct session *session, uv_file *child_end)
{
    uv_file ends[2];
    int error = uv_pipe(ends, UV_NONBLOCK_PIPE, 0);

    if (error != 0)
        return error;
    output_widen_pipe(ends[0]);
    error = uv_pipe_open(&session->out, ends[0]);
    if (error != 0) {
        close(ends[0]);
        close(ends[1]);
        return error;
    }
    *child_end = ends[1];
    return 0;
}

void session_start(struct session *session, uv_loop_t *loop, const struct cf *cf,
                   const struct options *options, const char *command)
{
    char index[16];
    const char *words[] = {cf->path, "ssh", options->app, "--process", options->process,
                           "-i",     index, "-T",         "-c",        command,
                           NULL};
    uv_stdio_container_t streams[3] = {
        {.flags = UV_CREATE_PIPE | UV_READABLE_PIPE, .data.stream = (uv_stream_t *)&session->in},
        {.flags = UV_INHERIT_FD, .data.fd = -1},
        {.flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE, .data.stream = (uv_stream_t *)&session->err},
    };
    uv_process_options_t child = {
        .exit_cb = on_exit_status,
        .file = cf->path,
        .args = (char **)words,
        .env = cf->environment,
        .flags = UV_PROCESS_DETACHED, /* a session of its own: ^C does not reach it */
        .stdio_count = 3,
        .stdio = streams,
    };

    snprintf(index, sizeof index, "%u", session->index);
    uv_pipe_init(loop, &session->in, 0);
    uv_pipe_init(loop, &session->out, 0);
    uv_pipe_init(loop, &session->err, 0);
    session->process.data = session->in.data = session->out.data = session->err.data = session;
    session->open_handles = 4;
    session->state = SESSION_RUNNING;
    session->last_heard = uv_now(loop);

    int error = open_out(session, &streams[1].data.fd);
    if (error == 0) {
        error = uv_spawn(loop, &session->process, &child);
        close(streams[1].data.fd);
        if (error != 0)
            uv_close((uv_handle_t *)&session->process, on_closed);
    } else {
        session->open_handles--; /* the process is none yet */
    }
    if (error != 0) {
        session->status = error;
        session->stdin_closed = true;
        uv_close((uv_handle_t *)&session->in, on_closed);
        uv_close((uv_handle_t *)&session->out, on_closed);
        uv_close((uv_handle_t *)&session->err, on_closed);
        return;
    }
    uv_read_start((uv_stream_t *)&session->out, on_room, on_packets);
    uv_read_start((uv_stream_t *)&session->err, on_message_room, on_message);
}

void session_stop(struct session *session)
{
    session->asked_to_end |= session->state != SESSION_OVER;
    if (session->state == SESSION_RUNNING) {
        close_stdin(session);
    } else if (session->state == SESSION_WAITING) {
        session->state = SESSION_OVER;
        merge_end(session->merge, session->number);
    }
}

static void close_once(uv_pipe_t *pipe)
{
    if (!uv_is_closing((uv_handle_t *)pipe))
        uv_close((uv_handle_t *)pipe, on_closed);
}

void session_kill(struct session *session)
{
    session_stop(session);
    if (session->state != SESSION_RUNNING)
        return;
    session->killed = true;
    if (uv_is_active((uv_handle_t *)&session->process)) {
        uv_process_kill(&session->process, SIGKILL);
        return;
    }
    /* The child is gone, but somebody it left behind holds its pipes. */
    close_once(&session->out);
    close_once(&session->err);
}

void session_resume(struct session *session)
{
    if (!session->paused || session->state != SESSION_RUNNING ||
        stream_room(&session->merge->streams[session->number].stream) < WORTH_READING)
        return;
    session->paused = false;
    uv_read_start((uv_stream_t *)&session->out, on_room, on_packets);
}
