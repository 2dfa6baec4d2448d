#include "quote.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int quote_word(char *to, size_t size, const char *word)
{
    static const char quote[] = "'\\''"; /* ends the quoting, a quote, begins it again */
    size_t start = strlen(to), at = start;

    if (size - at < 3)
        return -ENAMETOOLONG;
    to[at++] = '\'';
    for (; *word != '\0'; word++) {
        const char *piece = *word == '\'' ? quote : word;
        size_t length = *word == '\'' ? sizeof quote - 1 : 1;

        if (size - at < length + 2) { /* and the closing quote, and the end */
            to[start] = '\0';
            return -ENAMETOOLONG;
        }
        memcpy(to + at, piece, length);
        at += length;
    }
    to[at++] = '\'';
    to[at] = '\0';
    return 0;
}

char *quote_for_display(char *to, size_t size, const void *bytes, size_t length)
{
    const unsigned char *from = bytes;
    size_t at = 0;

    for (size_t i = 0; i < length; i++) {
        if (size - at < sizeof "\\xHH" + sizeof "...") {
            memcpy(to + at, "...", 3);
            at += 3;
            break;
        }
        if (from[i] >= 0x20 && from[i] < 0x7f)
            to[at++] = (char)from[i];
        else
            at += (size_t)snprintf(to + at, size - at, "\\x%02x", from[i]);
    }
    to[at] = '\0';
    return to;
}
