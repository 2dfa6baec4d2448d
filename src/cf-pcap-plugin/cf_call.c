#include "cf_call.h"

#include <stdlib.h>
#include <string.h>

#include "system/system.h"

static void on_closed(uv_handle_t *handle)
{
    struct cf_call *call = handle->data;

    if (--call->open_handles == 0) {
        cf_home_sync(call->cf->home);
        call->runs = false;
        call->done(call);
    }
}

static void close_once(uv_handle_t *handle)
{
    if (!uv_is_closing(handle))
        uv_close(handle, on_closed);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    (void)handle;
    buffer->base = malloc(suggested);
    buffer->len = buffer->base == NULL ? 0 : (unsigned int)suggested; /* Windows: of 32 bits */
}

static void append(struct cf_output *output, const char *bytes, size_t length)
{
    char *text = NULL;

    if (!output->is_cut && output->length + length < CF_OUTPUT_MAX)
        text = realloc(output->text, output->length + length + 1);
    if (text == NULL) {
        output->is_cut = true; /* a shorter piece behind this one must not close the gap */
        return;
    }
    memcpy(text + output->length, bytes, length);
    output->length += length;
    text[output->length] = '\0';
    output->text = text;
}

static void on_read(uv_stream_t *stream, ssize_t got, const uv_buf_t *buffer)
{
    struct cf_call *call = stream->data;

    if (got > 0)
        append(stream == (uv_stream_t *)&call->out ? &call->result.out : &call->result.err,
               buffer->base, (size_t)got);
    else if (got < 0)
        close_once((uv_handle_t *)stream);
    free(buffer->base);
}

static void close_input(struct cf_call *call)
{
    if (call->has_input)
        close_once((uv_handle_t *)&call->in);
}

static void on_exit_status(uv_process_t *process, int64_t status, int signal)
{
    struct cf_call *call = process->data;

    call->result.status = signal != 0 ? 128 + signal : (int)status;
    close_once((uv_handle_t *)process);
    close_input(call);
}

static int spawn(struct cf_call *call, uv_loop_t *loop, const char *const *arguments)
{
    const char *words[16] = {call->cf->path};
    uv_stdio_container_t streams[3] = {
        {.flags = call->has_input ? UV_CREATE_PIPE | UV_READABLE_PIPE : UV_IGNORE,
         .data.stream = (uv_stream_t *)&call->in},
        {.flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE, .data.stream = (uv_stream_t *)&call->out},
        {.flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE, .data.stream = (uv_stream_t *)&call->err},
    };
    uv_process_options_t options = {
        .exit_cb = on_exit_status,
        .file = call->cf->path,
        .args = (char **)words,
        .env = call->cf->environment,
        .flags = UV_PROCESS_DETACHED,
        .stdio_count = 3,
        .stdio = streams,
    };

    for (size_t i = 0; i < sizeof words / sizeof *words - 2 && arguments[i] != NULL; i++)
        words[i + 1] = arguments[i];
    cf_home_sync(call->cf->home);
    return uv_spawn(loop, &call->process, &options);
}

int cf_call_start(struct cf_call *call, uv_loop_t *loop, const char *const *arguments)
{
    call->result =
        (struct cf_result){.status = -1, .out.text = calloc(1, 1), .err.text = calloc(1, 1)};
    call->runs = true;
    uv_pipe_init(loop, &call->out, 0);
    uv_pipe_init(loop, &call->err, 0);
    if (call->has_input)
        uv_pipe_init(loop, &call->in, 0);
    call->process.data = call->in.data = call->out.data = call->err.data = call;
    bool has_room = call->result.out.text != NULL && call->result.err.text != NULL;
    call->open_handles = 2 + call->has_input + has_room; /* uv_spawn makes one in any case */
    int error = has_room ? spawn(call, loop, arguments) : UV_ENOMEM;
    if (error != 0) {
        if (has_room)
            close_once((uv_handle_t *)&call->process);
        close_input(call);
        close_once((uv_handle_t *)&call->out);
        close_once((uv_handle_t *)&call->err);
        call->result.status = system_error(error);
        return call->result.status;
    }
    uv_read_start((uv_stream_t *)&call->out, on_alloc, on_read);
    uv_read_start((uv_stream_t *)&call->err, on_alloc, on_read);
    return 0;
}

/* A process that it left behind may hold its pipes, so the end of these is not waited for. */
void cf_call_kill(struct cf_call *call)
{
    if (!call->runs || call->killed)
        return;
    call->killed = true;
    if (!uv_is_closing((uv_handle_t *)&call->process))
        cf_kill(&call->process);
    close_input(call);
    close_once((uv_handle_t *)&call->out);
    close_once((uv_handle_t *)&call->err);
}
