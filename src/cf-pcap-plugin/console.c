#include "console.h"

#include <poll.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct console console_to(FILE *stream)
{
    return (struct console){.stream = stream, .is_terminal = isatty(fileno(stream)) == 1};
}

static void line(FILE *stream, const char *format, va_list arguments)
{
    vfprintf(stream, format, arguments);
    fputc('\n', stream);
    fflush(stream);
}

void console_line(struct console *console, const char *format, ...)
{
    va_list arguments;

    console_end_live(console);
    va_start(arguments, format);
    line(console->stream, format, arguments);
    va_end(arguments);
}

void console_error(struct console *console, const char *format, ...)
{
    va_list arguments;

    console_end_live(console);
    va_start(arguments, format);
    line(stderr, format, arguments);
    va_end(arguments);
}

static bool takes_more(int fd)
{
    struct pollfd terminal = {.fd = fd, .events = POLLOUT};

    return poll(&terminal, 1, 0) == 1 && (terminal.revents & POLLOUT) != 0;
}

void console_live(struct console *console, const char *text)
{
    struct winsize window = {.ws_col = 0};
    size_t width = 79;

    if (!console->is_terminal || !takes_more(fileno(console->stream)))
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
    if (!console->live_shown)
        return;
    fputs("\r\033[K", console->stream);
    fflush(console->stream);
    console->live_shown = false;
}
