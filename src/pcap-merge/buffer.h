/*
 * What is on its way into the output: records are gathered here and handed out in as few pieces as
 * may be. Knows which stream each record is of, so that what never got out can be told apart.
 */
#ifndef BUFFER_H
#define BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    BUFFER_SIZE = 1 << 20,             /* bytes */
    BUFFER_RECORDS = BUFFER_SIZE / 16, /* no record is shorter than 16 bytes */
    BUFFER_NO_STREAM = 0xffff,         /* a header, statistics */
};

struct buffer {
    uint8_t *bytes;
    size_t used, done; /* bytes in it, and of these handed out */
    uint64_t before;   /* bytes handed out before its first */
    uint16_t *streams; /* of each record in it: the number of its stream */
    size_t records;
    bool urgent; /* holds what readers wait for at once: a header */
};

/* 0 or -ENOMEM. */
int buffer_init(struct buffer *buffer);
void buffer_free(struct buffer *buffer);

/* Room for a record of `length` bytes; NULL: there is none until all of it was handed out.
 * buffer_commit adds the record. */
static inline uint8_t *buffer_reserve(struct buffer *buffer, size_t length)
{
    return length <= BUFFER_SIZE - buffer->used ? buffer->bytes + buffer->used : NULL;
}
static inline void buffer_commit(struct buffer *buffer, size_t length, uint32_t stream)
{
    buffer->used += length;
    buffer->streams[buffer->records++] = (uint16_t)stream;
}

/* Takes back what was added since `used` bytes and so many records were in it. */
static inline void buffer_take_back(struct buffer *buffer, size_t used, size_t records)
{
    buffer->used = used;
    buffer->records = records;
}

/* The bytes to be handed out next, `*length` of them. buffer_took: so many were. */
static inline const uint8_t *buffer_next(const struct buffer *buffer, size_t *length)
{
    *length = buffer->used - buffer->done;
    return buffer->bytes + buffer->done;
}
void buffer_took(struct buffer *buffer, size_t length);

/* Drops what is in it. */
void buffer_drop(struct buffer *buffer);

#endif
