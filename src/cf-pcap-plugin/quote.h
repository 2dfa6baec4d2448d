/*
 * Words for a shell, and untrusted text for a terminal.
 */
#ifndef QUOTE_H
#define QUOTE_H

#include <stddef.h>

/*
 * Appends `word` to the string in `to`, quoted so that a POSIX shell reads it as one word, whatever
 * bytes are in it. 0, or -ENAMETOOLONG if `to` (size bytes) has no room: then it is unchanged.
 */
int quote_word(char *to, size_t size, const char *word);

/*
 * Makes bytes of unknown origin fit to be shown: control characters and whatever is not printable
 * ASCII become \xHH, so that they can neither break the line nor drive the terminal. Cut, with
 * "...", where `to` ends. Returns `to`.
 */
char *quote_for_display(char *to, size_t size, const void *bytes, size_t length);

#endif
