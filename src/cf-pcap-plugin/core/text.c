#include "text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { TEXT = 16 };

const char *text_bytes(char text[16], uint64_t bytes)
{
    static const char units[] = "BkMGTPE";
    unsigned int unit = 0;
    uint64_t tenths = bytes * 10;

    for (; tenths >= 10000; tenths /= 1000)
        unit++;
    if (unit == 0)
        snprintf(text, TEXT, "%" PRIu64 " B", bytes);
    else if (tenths < 100)
        snprintf(text, TEXT, "%" PRIu64 ".%" PRIu64 " %cB", tenths / 10, tenths % 10, units[unit]);
    else
        snprintf(text, TEXT, "%" PRIu64 " %cB", tenths / 10, units[unit]);
    return text;
}

const char *text_time(char text[16], uint64_t ms)
{
    if (ms >= 60000)
        return text_seconds(text, ms);
    snprintf(text, TEXT, "%u.%u s", (unsigned)(ms / 1000), (unsigned)(ms / 100 % 10));
    return text;
}

const char *text_seconds(char text[16], uint64_t ms)
{
    uint64_t seconds = ms / 1000;

    if (seconds < 60)
        snprintf(text, TEXT, "%u s", (unsigned)seconds);
    else if (seconds < 3600)
        snprintf(text, TEXT, "%u m %02u s", (unsigned)(seconds / 60), (unsigned)(seconds % 60));
    else
        snprintf(text, TEXT, "%u h %02u m", (unsigned)(seconds / 3600),
                 (unsigned)(seconds / 60 % 60));
    return text;
}

const char *text_find(const char *bytes, size_t length, const char *what)
{
    size_t wanted = strlen(what);

    for (size_t at = 0; at + wanted <= length; at++)
        if (memcmp(bytes + at, what, wanted) == 0)
            return bytes + at;
    return NULL;
}
