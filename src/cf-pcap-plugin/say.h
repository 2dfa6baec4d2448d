/*
 * What the user is told: lines that stay, and on a terminal one line that is written over.
 */
#ifndef SAY_H
#define SAY_H

#include <stdbool.h>
#include <stdio.h>

struct voice {
    FILE *stream; /* where lines go: standard output, or standard error if that is the capture */
    bool is_terminal;
    bool live_shown; /* the cursor stands in the live line */
};

struct voice voice_to(FILE *stream);

/* One line that stays. A newline is added. */
void say(struct voice *voice, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Such a line about something that went wrong: on standard error. */
void say_error(struct voice *voice, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The line that is written over; cut to the terminal's width. Nothing, where there is no terminal,
 * and while it is held (^S): the capture must not wait for it. */
void say_live(struct voice *voice, const char *text);
void say_no_more_live(struct voice *voice);

#endif
