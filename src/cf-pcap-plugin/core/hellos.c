#include "hellos.h"

#include <stdlib.h>
#include <string.h>

enum {
    /* Of a packet in the file: its block's header, Ethernet or a cooked header, IP and TCP with
     * their options, behind which a payload begins. */
    PAYLOAD_FIRST = 28 + 14 + 20 + 20,
    PAYLOAD_LAST = 28 + 20 + 60 + 60,
    RANDOM_AT = 11, /* from the record's beginning */
};

void hellos_init(struct hellos *hellos)
{
    hellos->seen = calloc(HELLOS_MAX, sizeof *hellos->seen);
}

void hellos_free(struct hellos *hellos)
{
    free(hellos->seen);
    hellos->seen = NULL;
}

static uint64_t *place_of(struct hellos *hellos, const uint8_t *random, uint64_t *value)
{
    memcpy(value, random, sizeof *value);
    *value |= 1; /* 0 is none */
    size_t at = (size_t)random[KEY_RANDOM_SIZE - 1] << 8 | random[KEY_RANDOM_SIZE - 2];
    return &hellos->seen[at & (HELLOS_MAX - 1)];
}

void hellos_packet(struct hellos *hellos, const uint8_t *bytes, size_t length)
{
    const uint8_t *end, *at;
    uint64_t value;

    if (hellos->seen == NULL || length < PAYLOAD_FIRST + RANDOM_AT + KEY_RANDOM_SIZE)
        return;
    end = bytes + length - RANDOM_AT - KEY_RANDOM_SIZE;
    if (end > bytes + PAYLOAD_LAST)
        end = bytes + PAYLOAD_LAST;
    for (at = bytes + PAYLOAD_FIRST; at <= end; at++) {
        at = memchr(at, 0x16, (size_t)(end - at) + 1); /* handshake, 3.x; client_hello, 3.x */
        if (at == NULL)
            return;
        if (at[1] != 3 || at[5] != 1 || at[6] != 0 || at[9] != 3)
            continue;
        uint64_t *place = place_of(hellos, at + RANDOM_AT, &value);

        *place = value;
        return;
    }
}

bool hellos_take(struct hellos *hellos, const uint8_t random[KEY_RANDOM_SIZE])
{
    uint64_t value;

    if (hellos->seen == NULL)
        return false;
    uint64_t *place = place_of(hellos, random, &value);
    if (*place != value)
        return false;
    *place = 0;
    return true;
}
