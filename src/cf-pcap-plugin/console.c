#include "console.h"

#include <poll.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { LINE_WAIT_MS = 2000 };

struct console console_to(FILE *stream)
{
    return (struct console){.stream = stream, .is_terminal = isatty(fileno(stream)) == 1};
}

static bool takes_more(int fd, int wait)
{
    struct pollfd terminal = {.fd = fd, .events = POLLOUT};

    return poll(&terminal, 1, wait) == 1 && (terminal.revents & POLLOUT) != 0;
}

/* A terminal that is held, or a pipe that nobody reads, must not hold the capture: a line waits for
 * it once, and from then on is left out until there is room again. */
static void line(struct console *console, FILE *stream, const char *format, va_list arguments)
{
    console->is_held = !takes_more(fileno(stream), console->is_held ? 0 : LINE_WAIT_MS);
    if (console->is_held)
        return;
    vfprintf(stream, format, arguments);
    fputc('\n', stream);
    fflush(stream);
}

void console_line(struct console *console, const char *format, ...)
{
    va_list arguments;

    console_end_live(console);
    va_start(arguments, format);
    line(console, console->stream, format, arguments);
    va_end(arguments);
}

void console_error(struct console *console, const char *format, ...)
{
    va_list arguments;

    console_end_live(console);
    va_start(arguments, format);
    line(console, stderr, format, arguments);
    va_end(arguments);
}

void console_live(struct console *console, const char *text)
{
    struct winsize window = {.ws_col = 0};
    size_t width = 79;

    if (!console->is_terminal || !takes_more(fileno(console->stream), 0))
        return;
    if (ioctl(fileno(console->stream), TIOCGWINSZ, &window) == 0 && window.ws_col > 1)
        width = window.ws_col - 1U;
    if (width > strlen(text))
        width = strlen(text);
    /* To the line's beginning, the text, and clear what is left of the line. */
    fprintf(console->stream, "\r%.*s\033[K", (int)width, text);
    fflush(console->stream);
    console->live_shown = true;
}

void console_end_live(struct console *console)
{
    if (!console->live_shown || !takes_more(fileno(console->stream), 0))
        return;
    fputs("\r\033[K", console->stream);
    fflush(console->stream);
    console->live_shown = false;
}
