/*
 * Three streams, merged: the input is a list of steps, a byte that says which stream (and whether
 * it ends, is given up, or time passes), a byte with a length, and so many bytes. All packets that
 * the streams hold are written.
 */
#include <fcntl.h>
#include <string.h>

#include "../../fuzz.h"
#include "merge.h"

enum { STREAMS = 3 };

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[STREAMS] = {"app/0", "app/1", "app/2"};
    struct output output;
    struct writer writer = {.format = &writer_pcap, .output = &output};
    struct merge merge;
    uint64_t now = 0;
    uint64_t packets = 0;
    int result = 0;

    if (size > 0 && (data[0] & 0x80) != 0)
        writer.format = &writer_pcapng;
    if (output_init(&output) != 0 || output_open(&output, "/dev/null") != 0 ||
        merge_init(&merge, STREAMS, names, &writer, MERGE_WINDOW, STREAMS * STREAM_RING_MIN) != 0)
        abort();
    while (size >= 2 && result == 0) {
        size_t number = data[0] % STREAMS;
        size_t length = data[1];
        size_t room = 0;
        unsigned what = data[0] >> 2 & 0xf;

        data += 2, size -= 2;
        if (length > size)
            length = size;
        if (what == 1)
            merge_end(&merge, number);
        else if (what == 2)
            merge_abandon(&merge, number);
        else if (what == 3)
            now += length * 10;
        else if (!merge.streams[number].stream.at_end) {
            uint8_t *space = merge_space(&merge, number, &room);
            if (length > room)
                length = room;
            if (length > 0)
                memcpy(space, data, length);
            merge_fed(&merge, number, length, now);
            data += length, size -= length;
        }
        result = run(&merge, now);
    }
    for (size_t i = 0; i < STREAMS; i++)
        merge_end(&merge, i);
    if (result == 0)
        result = run(&merge, now);
    CLAIM(result != 0 || merge_is_done(&merge));
    for (size_t i = 0; i < STREAMS; i++) {
        CLAIM(merge.streams[i].counts.late <= merge.streams[i].counts.packets);
        packets += merge.streams[i].counts.packets;
    }
    CLAIM(packets <= 65536);
    merge_free(&merge);
    output_close(&output);
    return 0;
}
