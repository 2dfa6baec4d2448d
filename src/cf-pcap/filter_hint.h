/*
 * For filters that are written in the language of Wireshark's display filters, wireshark-filter(4),
 * or were copied with typographic quotation marks: the filter that was probably meant.
 */
#ifndef FILTER_HINT_H
#define FILTER_HINT_H

#include <stddef.h>

enum { FILTER_HINT = 400 };

/*
 * Writes a hint, which begins with "; ", or "" where none is known. It tells of the first thing in
 * the expression that it knows.
 */
void filter_hint(const char *expression, char hint[FILTER_HINT]);

/*
 * Copies an expression as it is to be shown, cut to what fits (which "..." marks): typographic
 * quotation marks become ' and ", whose place they took.
 */
void filter_shown(const char *expression, char *shown, size_t size);

#endif
