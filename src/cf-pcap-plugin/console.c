#include "console.h"

#include <stdarg.h>
#include <string.h>

#include "system/system.h"

enum { LINE_WAIT_MS = 2000 };

struct console console_to(FILE *stream)
{
    return (struct console){.stream = stream, .is_terminal = system_is_terminal(fileno(stream))};
}

/* A held terminal, or a pipe without a reader, must not hold up the capture: one line waits for it,
 * and further lines are left out until there is room again. */
static void line(struct console *console, FILE *stream, const char *format, va_list arguments)
{
    console->is_held = !system_takes_line(fileno(stream), console->is_held ? 0 : LINE_WAIT_MS);
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

/* Blanks, and no escape sequence: not every console of Windows knows them. */
static void write_live(const struct console *console, const char *text, size_t width)
{
    unsigned int columns = system_columns(fileno(console->stream));
    size_t room = columns > 1 ? columns - 1U : 79, length = strlen(text);

    if (length > room)
        length = room;
    if (width > room)
        width = room;
    fprintf(console->stream, "\r%.*s%*s", (int)length, text,
            width > length ? (int)(width - length) : 0, "");
}

void console_live(struct console *console, const char *text)
{
    if (!console->is_terminal || !system_takes_line(fileno(console->stream), 0))
        return;
    write_live(console, text, console->live_width);
    fflush(console->stream);
    console->live_width = strlen(text);
}

void console_end_live(struct console *console)
{
    if (console->live_width == 0 || !system_takes_line(fileno(console->stream), 0))
        return;
    write_live(console, "", console->live_width + sizeof "^C" - 1); /* which the terminal echoes */
    fputc('\r', console->stream);
    fflush(console->stream);
    console->live_width = 0;
}
