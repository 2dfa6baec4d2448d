/*
 * For the harnesses of instance streams: reads one, whole and in pieces. The packets that come out
 * do not depend on how the bytes came in.
 */
#ifndef STREAM_RUN_H
#define STREAM_RUN_H

#include <string.h>

#include "../../fuzz.h"
#include "stream.h"

struct outcome {
    enum stream_state state;
    size_t packets;
    uint64_t hash;
};

static uint64_t mix(uint64_t hash, uint64_t value)
{
    return (hash ^ value) * 0x100000001b3;
}

/* Eight bytes at a time, and the rest. */
static uint64_t mix_bytes(uint64_t hash, const uint8_t *bytes, size_t length)
{
    uint64_t word = 0;

    for (; length >= sizeof word; bytes += sizeof word, length -= sizeof word) {
        memcpy(&word, bytes, sizeof word);
        hash = mix(hash, word);
    }
    word = 0;
    memcpy(&word, bytes, length);
    return mix(hash, word);
}

static void take_all(struct stream *stream, struct outcome *outcome)
{
    static uint8_t bytes[STREAM_PACKET_MAX];

    while (stream_advance(stream) == STREAM_READY) {
        CLAIM(stream->packet.captured <= STREAM_PACKET_MAX);
        const uint8_t *end = stream_copy(bytes, stream, STREAM_RECORD_HEADER);
        CLAIM(end - bytes == stream->packet.captured);
        outcome->packets++;
        outcome->hash = mix(mix(outcome->hash, stream->packet.time), stream->packet.original);
        outcome->hash = mix_bytes(outcome->hash, bytes, stream->packet.captured);
        stream_take(stream);
    }
}

static struct outcome run(const uint8_t *data, size_t size, size_t piece)
{
    struct outcome outcome = {0};
    struct stream stream;
    uint64_t now = 0;

    stream_init(&stream, STREAM_RING_MIN);
    while (size > 0 && !stream_is_over(stream.state)) {
        size_t length = 0;
        uint8_t *space = stream_space(&stream, &length);

        CLAIM(length > 0); /* all packets that are whole have been taken */
        if (length > piece)
            length = piece;
        if (length > size)
            length = size;
        memcpy(space, data, length);
        stream_fed(&stream, length, now++, 1);
        data += length;
        size -= length;
        take_all(&stream, &outcome);
        CLAIM(stream_expire(&stream, now / 2) <= stream.tail);
    }
    if (size == 0) {
        stream_end(&stream);
        take_all(&stream, &outcome);
        CLAIM(stream_is_over(stream.state));
    }
    CLAIM(stream.evidence_length <= STREAM_EVIDENCE_MAX);
    outcome.state = stream.state;
    stream_free(&stream);
    return outcome;
}

static inline void stream_check(const uint8_t *data, size_t size, size_t piece)
{
    struct outcome whole = run(data, size, SIZE_MAX);
    struct outcome pieces = run(data, size, piece);

    CLAIM(whole.packets == pieces.packets && whole.hash == pieces.hash);
    CLAIM(whole.state == pieces.state);
}

#endif
