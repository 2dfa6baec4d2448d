/*
 * TLS connections whose beginning is in the output: a key that comes only after that may come too
 * late for Wireshark, which uses it for the packets behind it.
 */
#ifndef HELLOS_H
#define HELLOS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "key_log.h"

enum { HELLOS_MAX = 8192 /* connections that are remembered: a power of two */ };

struct hellos {
    uint64_t
        *seen; /* of each client random, eight bytes; 0: none. NULL: no memory, nothing is known */
};

void hellos_init(struct hellos *hellos);
void hellos_free(struct hellos *hellos);

/*
 * A packet was written, `length` bytes with what is in front of it in the file. If a TLS record
 * with a ClientHello (RFC 8446, 4.1.2) begins where the payload of TCP may, its random is
 * remembered.
 */
void hellos_packet(struct hellos *hellos, const uint8_t *bytes, size_t length);

/* Is that connection's ClientHello in the output? It is forgotten then: each is told once. */
bool hellos_take(struct hellos *hellos, const uint8_t random[KEY_RANDOM_SIZE]);

#endif
