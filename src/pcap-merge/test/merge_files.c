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

/* Empties the buffer into standard output. 0 or a negative errno. */
static int hand_out(struct buffer *buffer)
{
    size_t length;
    const uint8_t *bytes;

    while (bytes = buffer_next(buffer, &length), length > 0) {
        ssize_t count = write(STDOUT_FILENO, bytes, length);

        if (count < 0)
            return -errno;
        buffer_took(buffer, (size_t)count);
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct buffer buffer;
    struct writer writer = {.format = &writer_pcap, .buffer = &buffer};
    struct merge merge;
    uint64_t wake;
    int first = 1, result = 0;

    if (argc > 1 && strcmp(argv[1], "-n") == 0) {
        writer.format = &writer_pcapng;
        first++;
    }
    size_t count = (size_t)(argc - first);
    struct merge_stream *streams = calloc(count + 1, sizeof *streams);
    int *fds = calloc(count + 1, sizeof *fds);
    if (argc <= first || streams == NULL || fds == NULL || buffer_init(&buffer) != 0)
        return 2;
    merge_init(&merge, count, &writer, MERGE_WINDOW, MERGE_MEMORY);
    for (size_t i = 0; i < count && result == 0; i++) {
        fds[i] = open(argv[(size_t)first + i], O_RDONLY);
        result = merge_add(&merge, &streams[i], argv[(size_t)first + i]);
    }
    while (result == 0 && !merge_is_done(&merge)) {
        for (size_t i = 0; i < count; i++)
            if (!streams[i].in_heap && !merge_stream_is_over(&streams[i]))
                feed(&merge, i, fds[i]);
        while (result == 0 && merge_run(&merge, 0, &wake) != 0)
            result = hand_out(&buffer);
    }
    if (result == 0)
        result = hand_out(&buffer);
    for (size_t i = 0; i < count; i++)
        if (streams[i].stream.state != STREAM_ENDED)
            fprintf(stderr, "%s: broken (%d)\n", argv[(size_t)first + i],
                    (int)streams[i].stream.state);
    if (result != 0)
        fprintf(stderr, "merge_files: %s\n", strerror(-result));
    merge_free(&merge);
    buffer_free(&buffer);
    free(streams);
    free(fds);
    return result == 0 ? 0 : 1;
}
