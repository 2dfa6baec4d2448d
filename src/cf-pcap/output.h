/*
 * The pcap file on stdout: records are gathered in a buffer and written in as few calls as may be.
 * Format: draft-ietf-opsawg-pcap, classic pcap, this machine's byte order, microseconds.
 */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <pcap/pcap.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tick.h"

/* Asked every TICK_MS while a write does not get on, because its reader is slow. true: give the
 * write up. */
typedef bool output_patience(void *context);

struct output {
    int fd;
    unsigned char *buffer; /* 1 MiB */
    size_t used;           /* bytes in the buffer */
    size_t begin;          /* of the first record in it: behind the file header, at first */
    uint32_t packets;      /* in the buffer */
    uint64_t written;      /* packets that stand whole in what the descriptor has taken */
    size_t unwritten;      /* bytes that it has not taken, after an error */
    struct tick *tick;
    output_patience *give_up;
    void *context; /* of give_up */
};

/*
 * Makes a pipe as large as a block of the ring, 256 KiB: with the usual 64 KiB (pipe(7)) each block
 * takes several turns of writer and reader. No larger: the pages of all pipes of a user are counted
 * together, and the apps of a cell share a user. Where it is refused, or no pipe, nothing is lost.
 */
void output_widen_pipe(int fd);

/* Allocates the buffer, which lives as long as the process, and puts the file header into it; to be
 * flushed before the first packet. `output` has fd, tick, give_up and context. 0 or a negative
 * errno. */
int output_open(struct output *output, const struct pcap_file_header *header);

/* Bytes for which the buffer has room, and the place for them. give_up may use it, too: what it
 * adds is written with the rest. */
size_t output_room(const struct output *output);
unsigned char *output_space(const struct output *output);

/* Takes in what was put there: whole records. */
void output_add(struct output *output, size_t bytes, uint32_t packets);

/*
 * Writes what is in the buffer. 0; -EPIPE: nobody reads any more; -ETIMEDOUT: give_up said so;
 * another negative errno: the write failed. After an error nothing more can be written.
 */
int output_flush(struct output *output);

#endif
