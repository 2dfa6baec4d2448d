#include "extcap_control.h"

#include <string.h>

static const uint8_t indication = 'T';

/* A header is whole. Is the packet for us? */
static bool begin_packet(struct extcap_control_reader *reader, struct extcap_control *packet)
{
    const uint8_t *header = reader->header;
    size_t length = (size_t)header[1] << 16 | (size_t)header[2] << 8 | header[3];

    reader->used = 0;
    if (length < EXTCAP_CONTROL_LENGTH_MIN || length > EXTCAP_CONTROL_LENGTH_MAX) {
        reader->is_confused = true;
        return false;
    }
    reader->payload = length - EXTCAP_CONTROL_LENGTH_MIN;
    *packet = (struct extcap_control){.control = header[4], .command = header[5]};
    return header[0] == indication;
}

bool extcap_control_next(struct extcap_control_reader *reader, const uint8_t *bytes, size_t length,
                         size_t *at, struct extcap_control *packet)
{
    while (*at < length && !reader->is_confused) {
        size_t left = length - *at;

        if (reader->payload > 0) {
            size_t skipped = reader->payload < left ? reader->payload : left;

            reader->payload -= skipped;
            *at += skipped;
            continue;
        }
        reader->header[reader->used++] = bytes[(*at)++];
        if (reader->used == EXTCAP_CONTROL_HEADER && begin_packet(reader, packet))
            return true;
    }
    *at = length;
    return false;
}

size_t extcap_control_make(uint8_t packet[EXTCAP_CONTROL_SIZE], uint8_t control,
                           enum extcap_command command, const char *text)
{
    size_t room = EXTCAP_CONTROL_SIZE - EXTCAP_CONTROL_HEADER, size = strlen(text), length;

    if (size > room)
        for (size = room; size > 0 && ((uint8_t)text[size] & 0xc0) == 0x80;)
            size--;
    length = EXTCAP_CONTROL_LENGTH_MIN + size;
    packet[0] = indication;
    packet[1] = (uint8_t)(length >> 16);
    packet[2] = (uint8_t)(length >> 8);
    packet[3] = (uint8_t)length;
    packet[4] = control;
    packet[5] = (uint8_t)command;
    for (size_t i = 0; i < size; i++)
        packet[EXTCAP_CONTROL_HEADER + i] = (uint8_t)text[i];
    return EXTCAP_CONTROL_HEADER + size;
}
