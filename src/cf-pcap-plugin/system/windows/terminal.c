#include "../terminal.h"

#include <fcntl.h>
#include <io.h>

#include "windows.h"

enum { CTRL_C = 3 /* ASCII ETX */ };

static void on_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    static char keys[16]; /* all but ^C are forgotten */

    (void)handle, (void)suggested;
    *buffer = uv_buf_init(keys, sizeof keys);
}

static void on_keys(uv_stream_t *stream, ssize_t got, const uv_buf_t *buffer)
{
    struct terminal *terminal = stream->data;

    for (ssize_t i = 0; i < got; i++)
        if (buffer->base[i] == CTRL_C)
            terminal->interrupt(terminal->owner);
}

/* Another that reads keys, a pager, has switched lines off. */
static bool is_free(struct terminal *terminal)
{
    const DWORD usual = ENABLE_LINE_INPUT | ENABLE_PROCESSED_INPUT;

    return GetConsoleMode(windows_handle(terminal->fd), &terminal->mode) &&
           (terminal->mode & usual) == usual;
}

void terminal_begin(struct terminal *terminal, uv_loop_t *loop, void (*interrupt)(void *owner),
                    void *owner)
{
    *terminal = (struct terminal){.fd = _open("CONIN$", _O_RDWR | _O_BINARY),
                                  .state = TERMINAL_SOMEBODYS,
                                  .interrupt = interrupt,
                                  .owner = owner};
    if (terminal->fd < 0)
        return;
    if (!is_free(terminal) || uv_tty_init(loop, &terminal->keys, terminal->fd, 1) != 0) {
        _close(terminal->fd);
        terminal->fd = -1;
        return;
    }
    terminal->keys.data = terminal;
    uv_tty_set_mode(&terminal->keys, UV_TTY_MODE_RAW);
    uv_read_start((uv_stream_t *)&terminal->keys, on_room, on_keys);
    terminal->state = TERMINAL_TAKEN;
}

void terminal_end(struct terminal *terminal)
{
    if (terminal->state != TERMINAL_TAKEN)
        return;
    uv_read_stop((uv_stream_t *)&terminal->keys);
    SetConsoleMode(windows_handle(terminal->fd), terminal->mode);
    uv_close((uv_handle_t *)&terminal->keys, NULL);
    terminal->fd = -1;
    terminal->state = TERMINAL_WATCHED;
}

/* Windows has no ^Z. */
void terminal_leave(struct terminal *terminal, uint64_t now)
{
    (void)terminal, (void)now;
}

void terminal_watch(struct terminal *terminal, uint64_t now)
{
    (void)terminal, (void)now;
}

bool terminal_is_ours(const struct terminal *terminal)
{
    return terminal->fd < 0 || terminal->state == TERMINAL_TAKEN;
}
