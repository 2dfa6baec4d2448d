/*
 * The pcap file on stdout: packets are gathered in a buffer and written in as few calls as may be.
 * Format: draft-ietf-opsawg-pcap, classic pcap, this machine's byte order, microseconds.
 */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Asked about every 50 ms while a write does not get on, because whoever reads is slow: `stalled`
 * is the time, in milliseconds, since the last byte was taken. true: give the write up.
 */
typedef bool output_patience(void *context, int64_t stalled);

struct output {
    int fd;
    uint32_t snaplen; /* bytes */
    unsigned char *buffer;
    size_t used; /* bytes in the buffer */
    output_patience *give_up;
    void *context; /* of give_up */
};

/*
 * Makes a pipe as large as a block of the ring, 256 KiB: with the usual 64 KiB (pipe(7)) each block
 * takes several turns of writer and reader. No larger: the pages of all pipes of a user are counted
 * together, and the apps of a cell share a user. Where it is refused, or no pipe, nothing is lost.
 */
void output_widen_pipe(int fd);

/*
 * Puts the file header into the buffer. Catches SIGALRM, which ends a write that blocks: unlike
 * O_NONBLOCK that leaves the open file as it is for others who share it. The buffer (1 MiB) lives
 * as long as the process. 0 or a negative errno.
 */
int output_open(struct output *output, int fd, int linktype, uint32_t snaplen,
                output_patience *give_up, void *context);

/* Appends a packet, cut to the snaplen; writes first if the buffer is full. 0, or what output_flush
 * says. */
int output_packet(struct output *output, const struct pcap_pkthdr *header,
                  const unsigned char *data);

/*
 * Writes what is in the buffer. 0; -EPIPE: nobody reads any more; -ETIMEDOUT: give_up said so;
 * another negative errno: the write failed. After an error output->used bytes are not written.
 */
int output_flush(struct output *output);

#endif
