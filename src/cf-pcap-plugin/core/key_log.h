/*
 * The reader of a TLS key log, as it comes, in pieces, from a file that anybody may have written.
 *
 * Format: https://www.rfc-editor.org/rfc/rfc9850 (SSLKEYLOGFILE; before that NSS's): a line is a
 * label, a client random and a secret, with one blank between them; the latter two in hexadecimal.
 * Only such a line, with a label that Wireshark knows and a secret of a length that TLS has, is a
 * key. All else is dropped here: comments, other text, lines that are too long.
 */
#ifndef KEY_LOG_H
#define KEY_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    KEY_LINE_MAX = 256,   /* bytes; the longest key has 225, with "\r\n" */
    KEY_RANDOM_SIZE = 32, /* bytes of a client random */
};

struct key_log {
    char line[KEY_LINE_MAX]; /* in the making */
    size_t length;
    bool skips; /* the rest of it: it is too long */
};

/* The file begins anew: what there is of a line is none. */
void key_log_begin(struct key_log *log);

/*
 * Reads on from bytes[*at], and moves `*at` on. True: log->line is a key, log->length bytes with
 * its newline, until the next call. False: *at is `length`.
 */
bool key_log_next(struct key_log *log, const char *bytes, size_t length, size_t *at);

/* Is that line, without its end, a key? */
bool key_log_is_key(const char *line, size_t length);

/* The client random of a key; false: it has none (RSA). */
bool key_log_random(const char *line, size_t length, uint8_t random[KEY_RANDOM_SIZE]);

#endif
