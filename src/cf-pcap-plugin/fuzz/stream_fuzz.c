/*
 * An instance stream, in pieces: the first byte chooses their sizes. The packets that come out do
 * not depend on how the bytes came in.
 */
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

static void take_all(struct stream *stream, struct outcome *outcome)
{
    while (stream_advance(stream) == STREAM_READY) {
        static uint8_t copy[STREAM_PACKET_MAX];

        CLAIM(stream->packet.captured <= STREAM_PACKET_MAX);
        const uint8_t *end = stream_copy(copy, stream, STREAM_RECORD_HEADER);
        CLAIM(end - copy == stream->packet.captured);
        outcome->packets++;
        outcome->hash = mix(mix(outcome->hash, stream->packet.time), stream->packet.original);
        for (const uint8_t *at = copy; at < end; at++)
            outcome->hash = mix(outcome->hash, *at);
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    struct outcome whole = run(data + 1, size - 1, SIZE_MAX);
    struct outcome pieces = run(data + 1, size - 1, (size_t)data[0] + 1);

    CLAIM(whole.packets == pieces.packets && whole.hash == pieces.hash);
    CLAIM(whole.state == pieces.state);
    return 0;
}
