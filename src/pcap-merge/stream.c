#include "stream.h"

#include <stdlib.h>
#include <string.h>

enum {
    RING_FIRST = 64 * 1024,
    FILE_HEADER = 24,
    RECORD_HEADER = STREAM_RECORD_HEADER,
    MAGIC_MICRO = (int)0xa1b2c3d4,
    MAGIC_NANO = (int)0xa1b23c4d,
};

void stream_init(struct stream *stream, size_t max)
{
    *stream = (struct stream){.state = STREAM_NEW, .max = max};
}

void stream_free(struct stream *stream)
{
    free(stream->ring);
    stream->ring = NULL;
    stream->size = 0;
    stream->head = stream->tail;
}

void stream_again(struct stream *stream)
{
    uint8_t *ring = stream->ring;
    size_t size = stream->size;

    stream_init(stream, stream->max);
    stream->ring = ring;
    stream->size = size;
}

static size_t held(const struct stream *stream)
{
    return (size_t)(stream->tail - stream->head);
}

/* Copies what is held from position `from` on, out of the ring. */
static void copy_out(const struct stream *stream, uint64_t from, uint8_t *to, size_t length)
{
    size_t at = (size_t)from & (stream->size - 1);
    size_t first = stream->size - at < length ? stream->size - at : length;

    memcpy(to, stream->ring + at, first);
    if (first < length) /* seldom, and a call with 0 bytes costs as much as one with a few */
        memcpy(to + first, stream->ring, length - first);
}

/* Twice the size. Positions keep their meaning: they only fall elsewhere. */
static bool grow(struct stream *stream)
{
    size_t size = stream->size == 0 ? RING_FIRST : stream->size * 2;
    uint8_t *ring = malloc(size);

    if (ring == NULL)
        return false;
    for (uint64_t at = stream->head; at < stream->tail;) {
        size_t from = (size_t)at & (stream->size - 1), to = (size_t)at & (size - 1);
        size_t count = (size_t)(stream->tail - at);

        if (count > stream->size - from)
            count = stream->size - from;
        if (count > size - to)
            count = size - to;
        memcpy(ring + to, stream->ring + from, count);
        at += count;
    }
    free(stream->ring);
    stream->ring = ring;
    stream->size = size;
    return true;
}

uint8_t *stream_space(struct stream *stream, size_t *length)
{
    *length = 0;
    while (stream->size < stream->max && stream->size - held(stream) <= stream->size / 4)
        if (!grow(stream))
            break;
    if (stream->ring == NULL)
        return NULL;

    size_t at = (size_t)stream->tail & (stream->size - 1);
    size_t room = stream->size - held(stream);
    *length = room < stream->size - at ? room : stream->size - at;
    return stream->ring + at;
}

void stream_fed(struct stream *stream, size_t length, uint64_t now, uint64_t step)
{
    stream->tail += length;
    if (stream_is_over(stream->state)) {
        /* Of what is no pcap, a little is kept to be shown. */
        size_t room = sizeof stream->evidence - stream->evidence_length;
        size_t count = held(stream) < room ? held(stream) : room;

        copy_out(stream, stream->head, stream->evidence + stream->evidence_length, count);
        stream->evidence_length += count;
        stream->head = stream->tail;
        return;
    }
    unsigned int last = stream->mark_count - 1;
    if (stream->mark_count > 0 &&
        (now - stream->marks[last].time < step || stream->mark_count == STREAM_MARKS)) {
        stream->marks[last].end = stream->tail;
        return;
    }
    stream->marks[stream->mark_count].end = stream->tail;
    stream->marks[stream->mark_count].time = now;
    stream->mark_count++;
}

void stream_end(struct stream *stream)
{
    stream->at_end = true;
}

static uint32_t get32(const struct stream *stream, const uint8_t *at)
{
    uint32_t value;

    memcpy(&value, at, sizeof value);
    return stream->swapped ? __builtin_bswap32(value) : value;
}

static uint16_t get16(const struct stream *stream, const uint8_t *at)
{
    uint16_t value;

    memcpy(&value, at, sizeof value);
    return stream->swapped ? __builtin_bswap16(value) : value;
}

static enum stream_state break_off(struct stream *stream, enum stream_state how)
{
    size_t count = held(stream);

    if (count > sizeof stream->evidence)
        count = sizeof stream->evidence;
    if (count > 0)
        copy_out(stream, stream->head, stream->evidence, count);
    stream->evidence_length = count;
    stream->head = stream->tail;
    return stream->state = how;
}

/* The magic alone tells a pcap from a message: the rest of a header may never come. */
static enum stream_state read_magic(struct stream *stream)
{
    uint8_t bytes[4];
    uint32_t magic;

    copy_out(stream, stream->head, bytes, sizeof bytes);
    for (int swapped = 0; swapped < 2; swapped++) {
        stream->swapped = swapped == 1;
        magic = get32(stream, bytes);
        stream->nano = magic == (uint32_t)MAGIC_NANO;
        if (stream->nano || magic == (uint32_t)MAGIC_MICRO)
            return STREAM_NEW;
    }
    return STREAM_NOT_PCAP;
}

static enum stream_state read_file_header(struct stream *stream)
{
    uint8_t bytes[FILE_HEADER];

    if (held(stream) >= 4 && read_magic(stream) == STREAM_NOT_PCAP)
        return break_off(stream, STREAM_NOT_PCAP);
    if (held(stream) < sizeof bytes) {
        if (!stream->at_end)
            return STREAM_NEW;
        return break_off(stream, held(stream) == 0 ? STREAM_EMPTY : STREAM_NOT_PCAP);
    }
    copy_out(stream, stream->head, bytes, sizeof bytes);
    if (get16(stream, bytes + 4) != 2) /* the version's first half */
        return break_off(stream, STREAM_NOT_PCAP);
    stream->snaplen = get32(stream, bytes + 16);
    /* The upper half is about frame check sequences; pcapng has 16 bits for the type as well. */
    stream->link_type = (uint16_t)(get32(stream, bytes + 20) & 0xffff);
    stream->has_header = true;
    stream->head += sizeof bytes;
    return stream->state = STREAM_OPEN;
}

/* The next record's header: where it lies, or copied to `spare`, if the ring wraps within it. */
static const uint8_t *in_one_piece(const struct stream *stream, uint8_t spare[RECORD_HEADER])
{
    size_t at = (size_t)stream->head & (stream->size - 1);

    if (stream->size - at >= RECORD_HEADER)
        return stream->ring + at;
    copy_out(stream, stream->head, spare, RECORD_HEADER);
    return spare;
}

/* What cannot be is taken as the sign of a stream that is out of step, not as a packet. */
static enum stream_state read_record(struct stream *stream)
{
    uint8_t bytes[RECORD_HEADER];
    struct stream_packet *packet = &stream->packet;

    if (held(stream) < sizeof bytes) {
        if (!stream->at_end)
            return STREAM_OPEN;
        if (held(stream) == 0)
            return stream->state = STREAM_ENDED;
        return break_off(stream, STREAM_CUT);
    }
    const uint8_t *header = in_one_piece(stream, bytes);
    uint64_t seconds = get32(stream, header);
    uint32_t fraction = get32(stream, header + 4);
    packet->captured = get32(stream, header + 8);
    packet->original = get32(stream, header + 12);
    if (packet->captured > STREAM_PACKET_MAX || packet->captured > packet->original ||
        fraction >= (stream->nano ? 1000000000U : 1000000U))
        return break_off(stream, STREAM_BAD_RECORD);
    if (held(stream) < sizeof bytes + packet->captured) {
        if (!stream->at_end)
            return STREAM_OPEN;
        return break_off(stream, STREAM_CUT);
    }
    /* With many streams, whose rings no cache holds, it will be a while before they are read. */
    __builtin_prefetch(header + 64);
    __builtin_prefetch(stream->ring +
                       ((stream->head + sizeof bytes + packet->captured) & (stream->size - 1)));
    packet->time = seconds * 1000000000U + (stream->nano ? fraction : fraction * 1000U);
    return stream->state = STREAM_READY;
}

enum stream_state stream_advance(struct stream *stream)
{
    if (stream->state == STREAM_NEW)
        read_file_header(stream);
    if (stream->state == STREAM_OPEN)
        read_record(stream);
    return stream->state;
}

uint64_t stream_skip(struct stream *stream)
{
    uint64_t packets = 0;

    for (; stream_advance(stream) == STREAM_READY; stream_take(stream))
        packets++;
    return packets;
}

uint64_t stream_expire(struct stream *stream, uint64_t time)
{
    uint64_t position = 0;
    unsigned int gone = 0;

    while (gone < stream->mark_count &&
           (stream->marks[gone].time < time || stream->marks[gone].end <= stream->head)) {
        if (stream->marks[gone].time < time)
            position = stream->marks[gone].end;
        gone++;
    }
    stream->mark_count -= gone;
    if (gone > 0)
        memmove(stream->marks, stream->marks + gone, stream->mark_count * sizeof *stream->marks);
    return position;
}
