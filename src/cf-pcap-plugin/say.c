#include "say.h"

#include <poll.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct voice voice_to(FILE *stream)
{
    return (struct voice){.stream = stream, .is_terminal = isatty(fileno(stream)) == 1};
}

static void line(FILE *stream, const char *format, va_list arguments)
{
    vfprintf(stream, format, arguments);
    fputc('\n', stream);
    fflush(stream);
}

void say(struct voice *voice, const char *format, ...)
{
    va_list arguments;

    say_no_more_live(voice);
    va_start(arguments, format);
    line(voice->stream, format, arguments);
    va_end(arguments);
}

void say_error(struct voice *voice, const char *format, ...)
{
    va_list arguments;

    say_no_more_live(voice);
    va_start(arguments, format);
    line(stderr, format, arguments);
    va_end(arguments);
}

static bool takes_more(int fd)
{
    struct pollfd terminal = {.fd = fd, .events = POLLOUT};

    return poll(&terminal, 1, 0) == 1 && (terminal.revents & POLLOUT) != 0;
}

void say_live(struct voice *voice, const char *text)
{
    struct winsize window = {.ws_col = 0};
    size_t width = 79;

    if (!voice->is_terminal || !takes_more(fileno(voice->stream)))
        return;
    if (ioctl(fileno(voice->stream), TIOCGWINSZ, &window) == 0 && window.ws_col > 1)
        width = window.ws_col - 1U;
    if (width > strlen(text))
        width = strlen(text);
    /* To the line's beginning, the text, and clear what is left of the line. */
    fprintf(voice->stream, "\r%.*s\033[K", (int)width, text);
    fflush(voice->stream);
    voice->live_shown = true;
}

void say_no_more_live(struct voice *voice)
{
    if (!voice->live_shown)
        return;
    fputs("\r\033[K", voice->stream);
    fflush(voice->stream);
    voice->live_shown = false;
}
