/*
 * Three streams, merged: the input is a list of steps, a byte that says which stream (and whether
 * it ends, gets its last bytes again and again, so that its ring wraps, time passes, or the output
 * breaks in the middle, its next packet gets a comment), a byte with a length, and so many bytes.
 * All packets that the streams hold are written, or counted as lost, and in order unless a stream
 * is out of order or time has passed.
 */
#include <errno.h>
#include <string.h>

#include "../../fuzz.h"
#include "merge.h"

enum { STREAMS = 3, BYTES = 20000, FED_MAX = 80 * 1024 };

/* What one stream was fed, to be read once more by itself. */
struct fed {
    uint8_t bytes[FED_MAX];
    size_t length, last; /* `last`: how many of them came last */
};

/* Runs the merge; what it writes is taken, all but `left` bytes of it. */
static void run(struct merge *merge, uint64_t now, size_t left)
{
    struct buffer *buffer = merge->writer->buffer;
    uint64_t wake = 0;
    int result;

    do {
        result = merge_run(merge, now, &wake);
        size_t length;

        buffer_next(buffer, &length);
        CLAIM(result == 0 || (result == -EAGAIN && length > 0));
        buffer_took(buffer, result == 0 && left < length ? length - left : length);
    } while (result != 0);
}

/* The packets that these bytes hold; false in `sorted` if they are not in the order of time. */
static uint64_t packets_in(const struct fed *fed, bool *sorted)
{
    struct stream stream;
    uint64_t packets = 0;
    uint64_t last = 0;
    size_t room = 0;

    stream_init(&stream, STREAM_RING_MIN);
    for (size_t at = 0; at < fed->length;) {
        uint8_t *space = stream_space(&stream, &room);
        size_t length = room < fed->length - at ? room : fed->length - at;

        memcpy(space, fed->bytes + at, length);
        stream_fed(&stream, length, 0, 1);
        at += length;
    }
    stream_end(&stream);
    for (; stream_advance(&stream) == STREAM_READY; stream_take(&stream)) {
        *sorted &= stream.packet.time >= last;
        last = stream.packet.time;
        packets++;
    }
    stream_free(&stream);
    return packets;
}

/* All is written that should be. */
static void check(const struct merge *merge, const struct fed *fed, bool time_passed)
{
    bool sorted = true;
    uint64_t late = 0;

    for (size_t i = 0; i < STREAMS; i++) {
        const struct merge_counts *counts = &merge->streams[i]->counts;

        CLAIM(counts->packets + counts->lost == packets_in(&fed[i], &sorted));
        CLAIM(counts->late <= counts->packets);
        late += counts->late;
    }
    CLAIM(!sorted || time_passed || late == 0);
}

/* Feeds a stream, as far as there is room; returns how much. */
static size_t feed(struct merge *merge, struct fed *fed, size_t number, const uint8_t *bytes,
                   size_t length, uint64_t now)
{
    size_t room = 0;
    uint8_t *space = merge_space(merge, number, &room);

    if (length > room)
        length = room;
    if (length > FED_MAX - fed->length)
        length = FED_MAX - fed->length;
    if (length > 0) {
        memcpy(space, bytes, length);
        memcpy(fed->bytes + fed->length, bytes, length);
    }
    fed->length += length;
    fed->last = length;
    merge_fed(merge, number, length, now);
    return length;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct fed fed[STREAMS];
    static const char *const names[STREAMS] = {"app/0", "app/1", "app/2"};
    static struct merge_stream streams[STREAMS];
    struct buffer buffer;
    struct writer writer = {.format = &writer_pcap, .buffer = &buffer};
    struct merge merge;
    uint64_t now = 0;

    if (size > BYTES)
        return 0;
    if (size > 0 && (data[0] & 0x80) != 0)
        writer.format = &writer_pcapng;
    if (buffer_init(&buffer) != 0)
        abort();
    merge_init(&merge, STREAMS, &writer, MERGE_WINDOW, STREAMS * STREAM_RING_MIN);
    for (size_t i = 0; i < STREAMS; i++) {
        fed[i].length = fed[i].last = 0;
        if (merge_add(&merge, &streams[i], names[i]) != 0)
            abort();
    }
    while (size >= 2) {
        size_t number = data[0] % STREAMS;
        size_t length = data[1], left = 0;
        unsigned what = data[0] >> 2 & 0xf;

        data += 2, size -= 2;
        if (length > size)
            length = size;
        if (what == 1)
            merge_end(&merge, number);
        else if (what == 2)
            merge_give_up(&merge);
        else if (what == 3)
            now += length * 10;
        else if (what == 6)
            writer_comment(&streams[number].out, &"as long as may be"[length % 16]);
        else if (what == 4 && !streams[number].stream.at_end)
            for (size_t i = 0; i < length; i++) {
                const uint8_t *last = fed[number].bytes + fed[number].length - fed[number].last;

                feed(&merge, &fed[number], number, last, fed[number].last, now);
                run(&merge, now, 0);
            }
        else if (!streams[number].stream.at_end) {
            left = what == 5 ? length : 0;
            length = feed(&merge, &fed[number], number, data, length, now);
            data += length, size -= length;
        }
        run(&merge, now, left);
    }
    for (size_t i = 0; i < STREAMS; i++)
        merge_end(&merge, i);
    run(&merge, now, 0);
    CLAIM(merge_is_done(&merge));
    check(&merge, fed, now > 0);
    merge_free(&merge);
    buffer_free(&buffer);
    return 0;
}
