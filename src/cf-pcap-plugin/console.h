/*
 * What the user is told: lines that stay, and on a terminal one line that is written over.
 */
#ifndef CONSOLE_H
#define CONSOLE_H

#include <stdbool.h>
#include <stdio.h>

struct console {
    FILE *stream; /* where lines go: standard output, or standard error if that is the capture */
    bool is_terminal;
    size_t live_width; /* of the live line that is shown, columns */
    bool is_held;      /* the last line found no room */
};

struct console console_to(FILE *stream);

/* One line that stays. A newline is added. Waits two seconds at most for a terminal that is held or
 * a reader that takes nothing; then it, and the lines after it, are left out until there is room.
 */
void console_line(struct console *console, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Such a line about something that went wrong: on standard error. */
void console_error(struct console *console, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The line that is written over; cut to the terminal's width. Nothing, where there is no terminal,
 * and while it is held (^S): the capture must not wait for it. */
void console_live(struct console *console, const char *text);
void console_end_live(struct console *console);

#endif
