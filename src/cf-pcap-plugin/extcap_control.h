/*
 * Control packets, which Wireshark and an extcap exchange over two named pipes: "Control Protocol"
 * in "Adding Capture Interfaces And Log Sources Using Extcap" of Wireshark's Developer's Guide. A
 * packet is
 *
 *      'T'   length, 3 bytes, high byte first   control   command   payload
 *
 * `length` counts what is behind it: 2, and the payload's 0 to 65535 bytes. Nothing here does input
 * or output.
 */
#ifndef EXTCAP_CONTROL_H
#define EXTCAP_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum extcap_command {
    EXTCAP_COMMAND_INITIALIZED = 0, /* from Wireshark: it reads what the extcap sends */
    EXTCAP_COMMAND_SET = 1, /* a control's value; from Wireshark also: a button is pressed */
    EXTCAP_COMMAND_DISABLE = 5,
};

enum {
    EXTCAP_CONTROL_HEADER = 6,     /* bytes */
    EXTCAP_CONTROL_LENGTH_MIN = 2, /* of `length` */
    EXTCAP_CONTROL_LENGTH_MAX = 2 + 65535,
    EXTCAP_CONTROL_SIZE = 512, /* bytes of a packet that is made here: a pipe takes it whole or not
                                  at all (PIPE_BUF, which is no less anywhere: POSIX) */
};

struct extcap_control {
    uint8_t control, command;
};

/* Begins as {0}. */
struct extcap_control_reader {
    uint8_t header[EXTCAP_CONTROL_HEADER];
    size_t used;      /* bytes of it */
    size_t payload;   /* bytes of the last packet's that are still to come, and are left out */
    bool is_confused; /* a length was impossible: where the next packet begins is not known */
};

/*
 * Reads bytes as they come, in pieces of any size, from `*at` on, which moves. True: `packet` is
 * the next one. False: all `length` bytes are read. A packet that does not begin with 'T' is left
 * out, as Wireshark does; once the reader is confused, so is everything.
 */
bool extcap_control_next(struct extcap_control_reader *reader, const uint8_t *bytes, size_t length,
                         size_t *at, struct extcap_control *packet);

/* Makes a packet with a text, which is cut, between UTF-8 characters, to what there is room for.
 * Its bytes. */
size_t extcap_control_make(uint8_t packet[EXTCAP_CONTROL_SIZE], uint8_t control,
                           enum extcap_command command, const char *text);

#endif
