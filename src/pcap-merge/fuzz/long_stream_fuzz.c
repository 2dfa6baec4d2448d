/*
 * An instance stream that is longer than an input may be. First byte 0: zeros follow, as many as
 * the longest packet has. Another one: what comes behind the file header comes again and again, so
 * that the ring wraps.
 */
#include "stream_run.h"

enum { FILE_HEADER = 24, AGAIN = 80 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size <= 1 + FILE_HEADER)
        return 0;
    size_t length = size - 1;
    size_t count = length - FILE_HEADER;
    size_t total = length + (data[0] == 0 ? STREAM_PACKET_MAX : AGAIN);
    uint8_t *longer = calloc(total, 1);

    memcpy(longer, data + 1, length);
    for (size_t at = length; data[0] != 0 && at < total; at += count)
        memcpy(longer + at, longer + FILE_HEADER, count < total - at ? count : total - at);
    stream_check(longer, total, 4093);
    free(longer);
    return 0;
}
