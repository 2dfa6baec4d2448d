#include "output.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "record.h"
#include "records.h"

enum { BUFFER_BYTES = 1 << 20 };

int output_open(struct output *output, const struct pcap_file_header *header)
{
    output->buffer = malloc(BUFFER_BYTES + RECORDS_BEHIND);
    if (output->buffer == NULL)
        return -ENOMEM;
    memcpy(output->buffer, header, sizeof *header);
    output->used = output->begin = sizeof *header;
    return 0;
}

/* Writes all bytes; *done is how many were written. */
static int write_all(const struct output *output, size_t *done)
{
    while (*done < output->used) {
        ssize_t written = write(output->fd, output->buffer + *done, output->used - *done);
        /* Another process that shares the open file may have made it non-blocking. */
        bool blocked = written < 0 && errno == EAGAIN;

        if (written > 0)
            *done += (size_t)written;
        else if (written < 0 && errno == ECONNRESET)
            return -EPIPE; /* a socket's error for a reader that is gone */
        else if (written < 0 && errno != EINTR && !blocked)
            return -errno;
        if (*done < output->used && output->give_up(output->context))
            return -ETIMEDOUT;
        if (blocked)
            poll(&(struct pollfd){.fd = output->fd, .events = POLLOUT}, 1, TICK_MS);
    }
    return 0;
}

int output_flush(struct output *output)
{
    size_t done = 0;

    if (output->used == 0)
        return 0;
    tick_start(output->tick);
    int result = write_all(output, &done);
    tick_stop(output->tick);
    output->unwritten = output->used - done;
    if (output->unwritten == 0)
        output->written += output->packets;
    else if (done > output->begin)
        output->written += record_count(output->buffer + output->begin, done - output->begin);
    output->packets = 0;
    output->used = output->begin = 0;
    return result;
}

size_t output_room(const struct output *output)
{
    return BUFFER_BYTES - output->used;
}

unsigned char *output_space(const struct output *output)
{
    return output->buffer + output->used;
}

void output_add(struct output *output, size_t bytes, uint32_t packets)
{
    output->used += bytes;
    output->packets += packets;
}
