#include "record.h"

#include <string.h>

static size_t record_bytes(const unsigned char *at)
{
    struct record_header header;

    memcpy(&header, at, sizeof header);
    return sizeof header + header.captured_length;
}

uint32_t record_count(const unsigned char *at, size_t bytes)
{
    uint32_t records = 0;

    for (size_t done = 0; done + sizeof(struct record_header) <= bytes; records++) {
        done += record_bytes(at + done);
        if (done > bytes)
            break;
    }
    return records;
}

size_t record_surplus(const unsigned char *at, size_t bytes, size_t most)
{
    size_t surplus = 0;

    while (bytes - surplus > most)
        surplus += record_bytes(at + surplus);
    return surplus;
}
