#include "buffer.h"

#include <errno.h>
#include <stdlib.h>

int buffer_init(struct buffer *buffer)
{
    *buffer = (struct buffer){.bytes = malloc(BUFFER_SIZE),
                              .streams = calloc(BUFFER_RECORDS, sizeof *buffer->streams)};
    if (buffer->bytes != NULL && buffer->streams != NULL)
        return 0;
    buffer_free(buffer);
    return -ENOMEM;
}

void buffer_free(struct buffer *buffer)
{
    free(buffer->bytes);
    free(buffer->streams);
    *buffer = (struct buffer){.bytes = NULL};
}

void buffer_took(struct buffer *buffer, size_t length)
{
    buffer->done += length;
    if (buffer->done < buffer->used)
        return;
    buffer->before += buffer->used;
    buffer_drop(buffer);
}

void buffer_drop(struct buffer *buffer)
{
    buffer->used = 0;
    buffer->done = 0;
    buffer->records = 0;
    buffer->urgent = false;
}
