/* Decryption Secrets Blocks of pcapng. */
#include <errno.h>
#include <string.h>

#include "writer.h"

enum {
    DECRYPTION_SECRETS = 10,
    TLS_KEY_LOG = 0x544c534b,
    CHUNK_MAX = 64 * 1024, /* bytes of lines in a block */
};

/* Lines of these bytes that make a block. */
static size_t chunk(const char *lines, size_t length)
{
    if (length <= CHUNK_MAX)
        return length;
    length = CHUNK_MAX;
    while (length > 0 && lines[length - 1] != '\n')
        length--;
    return length;
}

static int put_block(struct buffer *buffer, const char *lines, size_t length)
{
    size_t padding = -length & 3;
    uint32_t whole = (uint32_t)(16 + length + padding + 4);
    uint32_t head[4] = {DECRYPTION_SECRETS, whole, TLS_KEY_LOG, (uint32_t)length};
    uint8_t *to = buffer_reserve(buffer, whole);

    if (to == NULL)
        return -EAGAIN;
    memcpy(to, head, sizeof head);
    memcpy(to + sizeof head, lines, length);
    memset(to + sizeof head + length, 0, padding);
    memcpy(to + whole - sizeof whole, &whole, sizeof whole);
    buffer_commit(buffer, whole, BUFFER_NO_STREAM);
    return 0;
}

static uint64_t begin_of(const struct writer *writer)
{
    const struct writer_secrets *secrets = writer->secrets;

    return writer->secrets_until > secrets->before ? writer->secrets_until : secrets->before;
}

void writer_trim_secrets(struct writer *writer)
{
    const struct writer_secrets *secrets = writer->secrets;

    if (secrets == NULL || writer->has_secrets)
        return;
    uint64_t end = secrets->before + secrets->length;
    if (end - begin_of(writer) <= writer->secrets_again)
        return;
    size_t at = secrets->length - writer->secrets_again;
    while (at > 0 && at < secrets->length && secrets->lines[at - 1] != '\n')
        at++;
    writer->secrets_until = secrets->before + at;
}

void writer_begin_secrets(struct writer *writer)
{
    writer->has_secrets = false;
    writer->secrets_until = 0;
    writer_trim_secrets(writer);
}

size_t writer_secrets_size(const struct writer *writer)
{
    const struct writer_secrets *secrets = writer->secrets;

    if (secrets == NULL || begin_of(writer) == secrets->before + secrets->length)
        return 0;
    size_t length = (size_t)(secrets->before + secrets->length - begin_of(writer));
    return length + (length / (CHUNK_MAX / 2) + 1) * 24;
}

/* `lines`, of which the first is at `position`, are written. */
static void count_lines(struct writer *writer, uint64_t position, const char *lines, size_t length)
{
    for (size_t at = 0; at < length; at++)
        writer->secret_lines += lines[at] == '\n' && position + at >= writer->secrets_ever;
    if (position + length > writer->secrets_ever)
        writer->secrets_ever = position + length;
}

int writer_put_secrets(struct writer *writer)
{
    while (writer_secrets_size(writer) > 0) {
        const struct writer_secrets *secrets = writer->secrets;
        size_t at = (size_t)(begin_of(writer) - secrets->before);
        size_t length = chunk(secrets->lines + at, secrets->length - at);

        if (put_block(writer->buffer, secrets->lines + at, length) != 0)
            return -EAGAIN;
        count_lines(writer, secrets->before + at, secrets->lines + at, length);
        writer->secrets_until = secrets->before + at + length;
        writer->has_secrets = true;
        writer->buffer->urgent = true;
    }
    return 0;
}
