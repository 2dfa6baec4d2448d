/*
 * What a wrong word on the command line was meant to be: people type what tcpdump, tshark and
 * `cf ssh` understand, leave a filter's quotes away, and mistype. Each function writes one line for
 * the user, cut where `text` (size bytes) ends.
 */
#ifndef HINT_H
#define HINT_H

#include <stdbool.h>
#include <stddef.h>

struct option; /* getopt_long(3) */

/* `word` is an option that does not exist; where it has several letters, `letter` points to the one
 * that does not (NULL: all of it). `known` are those that do exist, as for getopt_long. */
void hint_option(char *text, size_t size, const char *word, const char *letter,
                 const struct option *known);

/* "-filter", "-filter=x": the name of the long option that was written with one dash; or NULL. */
const char *hint_one_dash(const char *word, const struct option *known);

/* `stray`, one word or several joined by blanks, stands behind `app` and belongs to no option. */
void hint_stray(char *text, size_t size, const char *app, const char *stray);

/* `rest` are the words behind a filter that was given without quotes. */
void hint_unquoted(char *text, size_t size, const char *filter, const char *rest);

/* `value` of --instance is no list of indexes. */
void hint_instance(char *text, size_t size, const char *value);

/* A dash of typography (U+2013, U+2014, U+2212), which word processors make of "-" and "--". */
bool hint_is_false_dash(const char *word);

#endif
