/*
 * The parser of one instance stream: a pcap file as it arrives, in pieces, from an instance that
 * need not be honest. Format: draft-ietf-opsawg-pcap, either byte order, micro- or nanoseconds.
 *
 * Bytes are kept in a ring of bounded size, from which a packet is copied once, into the output.
 * Times are milliseconds of any clock that does not go back.
 */
#ifndef STREAM_H
#define STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../snaplen.h"

enum {
    STREAM_PACKET_MAX = SNAPLEN_MAX, /* bytes of a packet */
    STREAM_RING_MIN = 512 * 1024,    /* the least maximum of a ring: holds the longest record */
    STREAM_EVIDENCE_MAX = 96,        /* bytes kept of what was no pcap */
    STREAM_MARKS = 17,
    STREAM_RECORD_HEADER = 16, /* bytes before those of a packet */
};

enum stream_state {
    STREAM_NEW,      /* the file header is not there yet */
    STREAM_OPEN,     /* a record may follow */
    STREAM_READY,    /* a whole record is there: `packet` */
    STREAM_ENDED,    /* end of file where a record would begin */
    STREAM_NOT_PCAP, /* from here on: broken, nothing more will come of it */
    STREAM_BAD_RECORD,
    STREAM_CUT,   /* end of file within a record */
    STREAM_EMPTY, /* end of file before anything came */
};

struct stream_packet {
    uint64_t time;     /* nanoseconds since 1970 */
    uint32_t captured; /* bytes that are there */
    uint32_t original; /* bytes on the wire */
};

struct stream {
    enum stream_state state;
    bool has_header; /* the next four are known */
    bool swapped, nano;
    uint16_t link_type;
    uint32_t snaplen;
    bool at_end;                 /* no byte will come any more */
    struct stream_packet packet; /* valid in STREAM_READY */

    uint8_t evidence[STREAM_EVIDENCE_MAX]; /* of a broken stream: the bytes it broke at */
    size_t evidence_length;

    uint8_t *ring;
    size_t size, max;    /* bytes, powers of two */
    uint64_t head, tail; /* bytes consumed and received since the beginning */

    /* When which bytes came, oldest first, in steps coarse enough for a fixed table. */
    struct {
        uint64_t end, time;
    } marks[STREAM_MARKS];
    unsigned int mark_count;
};

/* `max`: most bytes to be held, a power of two, at least STREAM_RING_MIN. */
void stream_init(struct stream *stream, size_t max);
void stream_free(struct stream *stream);

/* Another pcap file will follow from here: the stream is as new, and keeps its ring. */
void stream_again(struct stream *stream);

/* Where to put the next bytes, and how many at most; 0 when the ring is full or there is no
 * memory: then stop reading until packets have been taken. */
uint8_t *stream_space(struct stream *stream, size_t *length);

/* So many bytes were put there. `step`: how exactly their time is kept, milliseconds. */
void stream_fed(struct stream *stream, size_t length, uint64_t now, uint64_t step);

/* No byte will come any more. */
void stream_end(struct stream *stream);

/* Drops the whole packets that are held of it, and counts them. */
uint64_t stream_skip(struct stream *stream);

/* Moves on as far as the bytes allow, to STREAM_READY or to an end; says where it is. */
enum stream_state stream_advance(struct stream *stream);

static inline bool stream_is_over(enum stream_state state)
{
    return state >= STREAM_ENDED;
}

/* How many more bytes it could hold. */
static inline size_t stream_room(const struct stream *stream)
{
    return stream->max - (size_t)(stream->tail - stream->head);
}

static inline bool stream_is_full(const struct stream *stream)
{
    return stream_room(stream) < 16384;
}

/*
 * Copies `packet`'s record from byte `from` on, its header's first being 0; returns where it ends.
 * Most packets are short, and musl's memcpy(3) takes as long to begin as they to be copied.
 */
static inline uint8_t *stream_copy(uint8_t *to, const struct stream *stream, size_t from)
{
    size_t length = STREAM_RECORD_HEADER + stream->packet.captured - from;
    size_t at = (size_t)(stream->head + from) & (stream->size - 1);
    size_t first = stream->size - at < length ? stream->size - at : length;

    if (first == length && length >= 16 && length <= 512) {
        for (size_t i = 0; i < length - 16; i += 16)
            __builtin_memcpy(to + i, stream->ring + at + i, 16);
        __builtin_memcpy(to + length - 16, stream->ring + at + length - 16, 16);
        return to + length;
    }
    __builtin_memcpy(to, stream->ring + at, first);
    if (first < length)
        __builtin_memcpy(to + first, stream->ring, length - first);
    return to + length;
}

/* Drops `packet`; only in STREAM_READY. */
static inline void stream_take(struct stream *stream)
{
    stream->head += STREAM_RECORD_HEADER + stream->packet.captured;
    stream->state = STREAM_OPEN;
}

/* Drops the marks of bytes that were taken or came before `time`; returns the position behind the
 * last byte that came before `time`, or 0. */
uint64_t stream_expire(struct stream *stream, uint64_t time);

#endif
