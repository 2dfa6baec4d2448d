/*
 * Numbers as a person reads them, and words in what programs say.
 */
#ifndef TEXT_H
#define TEXT_H

#include <stddef.h>
#include <stdint.h>

/* 999 B, 1.2 kB, 34 MB: three digits at most, powers of ten, as in the file's size. */
const char *text_bytes(char text[16], uint64_t bytes);

/* 4.2 s, 3 m 07 s, 1 h 02 m. */
const char *text_time(char text[16], uint64_t ms);

/* 4 s, 3 m 07 s: of a time that goes on while it is read. */
const char *text_seconds(char text[16], uint64_t ms);

/* Where `what` is first in these bytes, which may have no NUL behind them; NULL: it is not there.
 */
const char *text_find(const char *bytes, size_t length, const char *what);

#endif
