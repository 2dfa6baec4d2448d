/*
 * The two formats a capture is saved in. Both in this machine's byte order; both never need more of
 * a packet than WRITER_OVERHEAD bytes beside its own.
 */
#ifndef WRITER_H
#define WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"
#include "stream.h"

enum { WRITER_OVERHEAD = 64 /* bytes */ };

struct writer {
    const struct writer_format *format;
    struct buffer *buffer;
    bool begun;         /* a stream was opened: the file's header is there */
    bool nano;          /* pcap: timestamps of the whole file; that of the first stream */
    uint16_t link_type; /* pcap: likewise */
    uint32_t streams;   /* pcapng: interfaces there are; the next one's number */
    const char *filter; /* pcapng: noted with each interface; NULL: none */
};

struct writer_stream {
    const struct stream *stream;
    const char *name;   /* as Wireshark shows it: myapp/0 eth0 */
    uint32_t number;    /* of the stream in the merge */
    uint32_t interface; /* pcapng: its number in the file, set by open */
};

/* Functions return 0, or -EAGAIN: the buffer has no room until it was handed out. */
struct writer_format {
    /* A stream's header was read; it may be the first. -EPROTOTYPE: its link type is not that of
     * the streams before, and the format does not allow that. */
    int (*open)(struct writer *writer, struct writer_stream *stream);

    int (*packet)(struct writer *writer, const struct writer_stream *stream);

    /* What the tool counted in the end: packets its filter let through, and dropped ones. */
    int (*statistics)(struct writer *writer, const struct writer_stream *stream, uint64_t received,
                      uint64_t dropped);

    /* The most bytes that it writes for a stream. */
    size_t statistics_size;

    /* Length of the record at `at`; `first`: it is the file's first. `*captured`: bytes of its
     * packet, if it is one. */
    size_t (*span)(const uint8_t *at, bool first, uint32_t *captured);
};

extern const struct writer_format writer_pcap;   /* draft-ietf-opsawg-pcap */
extern const struct writer_format writer_pcapng; /* draft-ietf-opsawg-pcapng */

#endif
