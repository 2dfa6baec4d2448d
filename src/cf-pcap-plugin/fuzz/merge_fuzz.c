/*
 * Three streams, merged: the input is a list of steps, a byte that says which stream (and whether
 * it ends, is given up, gets its last bytes again and again, so that its ring wraps, or time
 * passes), a byte with a length, and so many bytes. All packets that
 * the streams hold are written, and in order unless a stream is out of order or time has passed.
 */
#include <fcntl.h>
#include <string.h>

#include "../../fuzz.h"
#include "merge.h"

enum { STREAMS = 3, BYTES = 20000, FED_MAX = 80 * 1024 };

/* What one stream was fed, to be read once more by itself. */
struct fed {
    uint8_t bytes[FED_MAX];
    size_t length, last; /* `last`: how many of them came last */
    bool abandoned;
};

static int opened(void *context, size_t number)
{
    (void)context;
    CLAIM(number < STREAMS);
    return 0;
}

static int run(struct merge *merge, uint64_t now)
{
    uint64_t wake = 0;
    size_t failed = 0;
    int result = merge_run(merge, now, opened, NULL, &wake, &failed);

    CLAIM(result == 0 || failed < STREAMS);
    return result;
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
        const struct merge_counts *counts = &merge->streams[i].counts;
        uint64_t packets = packets_in(&fed[i], &sorted);

        CLAIM(fed[i].abandoned ? counts->packets <= packets : counts->packets == packets);
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
    struct output output;
    struct writer writer = {.format = &writer_pcap, .output = &output};
    struct merge merge;
    uint64_t now = 0;
    int result = 0;

    if (size > BYTES)
        return 0;
    for (size_t i = 0; i < STREAMS; i++)
        fed[i].length = fed[i].last = 0, fed[i].abandoned = false;
    if (size > 0 && (data[0] & 0x80) != 0)
        writer.format = &writer_pcapng;
    if (output_init(&output) != 0 || output_open(&output, "/dev/null") != 0 ||
        merge_init(&merge, STREAMS, names, &writer, MERGE_WINDOW, STREAMS * STREAM_RING_MIN) != 0)
        abort();
    while (size >= 2 && result == 0) {
        size_t number = data[0] % STREAMS;
        size_t length = data[1];
        unsigned what = data[0] >> 2 & 0xf;

        data += 2, size -= 2;
        if (length > size)
            length = size;
        if (what == 1)
            merge_end(&merge, number);
        else if (what == 2)
            merge_abandon(&merge, number), fed[number].abandoned = true;
        else if (what == 3)
            now += length * 10;
        else if (what == 4 && !merge.streams[number].stream.at_end)
            for (size_t i = 0; i < length && result == 0; i++) {
                const uint8_t *last = fed[number].bytes + fed[number].length - fed[number].last;

                feed(&merge, &fed[number], number, last, fed[number].last, now);
                result = run(&merge, now);
            }
        else if (!merge.streams[number].stream.at_end) {
            length = feed(&merge, &fed[number], number, data, length, now);
            data += length, size -= length;
        }
        if (result == 0)
            result = run(&merge, now);
    }
    for (size_t i = 0; i < STREAMS; i++)
        merge_end(&merge, i);
    if (result == 0)
        result = run(&merge, now);
    CLAIM(result != 0 || merge_is_done(&merge));
    if (result == 0)
        check(&merge, fed, now > 0);
    merge_free(&merge);
    output_close(&output);
    return 0;
}
