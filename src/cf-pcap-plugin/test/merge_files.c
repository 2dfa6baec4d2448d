/*
 * Merges capture files as instance streams are merged, for tests and measurements:
 *
 *      merge_files [-n] FILE... > MERGED        -n: pcapng
 *
 * Reads of each file only when the merge has nothing of it left, so that the order is that of time.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../merge.h"

enum { MEMORY = 48 * 1024 * 1024 };

static void feed(struct merge *merge, size_t number, int fd)
{
    size_t room;
    uint8_t *space = merge_space(merge, number, &room);
    ssize_t got = read(fd, space, room > 256 * 1024 ? 256 * 1024 : room);

    if (got > 0)
        merge_fed(merge, number, (size_t)got, 0);
    else
        merge_end(merge, number);
}

int main(int argc, char **argv)
{
    struct output output;
    struct writer writer = {.format = &writer_pcap, .output = &output};
    struct merge merge;
    uint64_t wake;
    size_t failed;
    int first = 1, result = 0;

    if (argc > 1 && strcmp(argv[1], "-n") == 0) {
        writer.format = &writer_pcapng;
        first++;
    }
    size_t count = (size_t)(argc - first);
    if (argc <= first || output_init(&output) != 0 ||
        merge_init(&merge, count, (const char *const *)argv + first, &writer, MERGE_WINDOW,
                   MEMORY) != 0)
        return 2;
    result = output_open(&output, "-");

    int *fds = calloc(count, sizeof *fds);
    for (size_t i = 0; fds != NULL && i < count; i++)
        fds[i] = open(argv[(size_t)first + i], O_RDONLY);
    while (fds != NULL && result == 0 && !merge_is_done(&merge)) {
        for (size_t i = 0; i < count; i++)
            if (!merge.streams[i].in_heap && !stream_is_over(merge.streams[i].stream.state))
                feed(&merge, i, fds[i]);
        result = merge_run(&merge, 0, NULL, NULL, &wake, &failed);
    }
    if (result == 0)
        result = output_flush(&output);
    for (size_t i = 0; i < count; i++)
        if (merge.streams[i].stream.state != STREAM_ENDED)
            fprintf(stderr, "%s: broken (%d)\n", argv[(size_t)first + i],
                    (int)merge.streams[i].stream.state);
    if (result != 0)
        fprintf(stderr, "merge_files: %s\n", strerror(-result));
    merge_free(&merge);
    output_close(&output);
    free(fds);
    return result == 0 ? 0 : 1;
}
