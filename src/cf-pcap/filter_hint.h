/*
 * For filters that are written in the language of Wireshark's display filters, wireshark-filter(4),
 * or were copied with typographic quotation marks: the filter that was probably meant.
 */
#ifndef FILTER_HINT_H
#define FILTER_HINT_H

#include <stddef.h>

enum { FILTER_HINT = 400 };

/*
 * Writes a hint, which begins with "; ", for the first known word in the expression, or "".
 */
void filter_hint(const char *expression, char hint[FILTER_HINT]);

/*
 * Copies an expression for a message, cut to `size` (then it ends in "..."). Typographic quotation
 * marks become ' and ".
 */
void filter_shown(const char *expression, char *shown, size_t size);

#endif
