/*
 * The pcap file on stdout. Records are collected in a buffer and written in few calls. Format:
 * draft-ietf-opsawg-pcap, classic pcap, this machine's byte order, microseconds.
 */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <pcap/pcap.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tick.h"

/* Called every TICK_MS while a slow reader blocks a write. true: give the write up. */
typedef bool output_patience(void *context);

struct output {
    int fd;
    unsigned char *buffer; /* 1 MiB */
    size_t used;           /* bytes in the buffer */
    size_t begin;          /* of the first record in the buffer: at first, after the file header */
    uint32_t packets;      /* in the buffer */
    uint64_t written;      /* whole packets in the bytes that the descriptor has taken */
    size_t unwritten;      /* bytes that the descriptor has not taken, after an error */
    struct tick *tick;
    output_patience *give_up;
    void *context; /* of give_up */
};

/* Allocates the buffer, which lives as long as the process, and puts the file header into it. Flush
 * it before the first packet. The caller sets fd, tick, give_up and context. 0 or a negative errno.
 * */
int output_open(struct output *output, const struct pcap_file_header *header);

/* Room in the buffer, in bytes, and where it begins. give_up may use it, too: its records are
 * written with the rest. */
size_t output_room(const struct output *output);
unsigned char *output_space(const struct output *output);

/* Adds whole records that were put there. */
void output_add(struct output *output, size_t bytes, uint32_t packets);

/*
 * Writes the buffer. 0; -EPIPE: there is no reader any more; -ETIMEDOUT: give_up returned true;
 * another negative errno: the write failed. After an error nothing more can be written.
 */
int output_flush(struct output *output);

#endif
