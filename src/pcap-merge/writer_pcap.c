#include <errno.h>
#include <string.h>

#include "writer.h"

struct file_header {
    uint32_t magic;
    uint16_t version_major, version_minor;
    uint32_t reserved[2]; /* once the time zone, and the accuracy of timestamps */
    uint32_t snaplen, link_type;
};

struct record_header {
    uint32_t seconds, fraction, captured, original;
};

static int open_stream(struct writer *writer, struct writer_stream *stream)
{
    struct file_header header = {.version_major = 2, .version_minor = 4};

    if (writer->has_link_type && stream->stream->link_type != writer->link_type)
        return -EPROTOTYPE;
    if (writer->begun)
        return 0;
    writer->has_link_type = true;
    writer->link_type = stream->stream->link_type;
    writer->nano = stream->stream->nano;
    header.magic = writer->nano ? 0xa1b23c4d : 0xa1b2c3d4;
    /* The streams that are still to come may have a longer one, and readers cut at this. */
    header.snaplen = STREAM_PACKET_MAX;
    header.link_type = writer->link_type;

    uint8_t *to = buffer_reserve(writer->buffer, sizeof header);
    if (to == NULL)
        return -EAGAIN;
    memcpy(to, &header, sizeof header);
    buffer_commit(writer->buffer, sizeof header, BUFFER_NO_STREAM);
    writer->buffer->urgent = true;
    writer->begun = true;
    return 0;
}

/* A record as it came is one as it is to be, unless byte order or units differ. */
static int packet(struct writer *writer, struct writer_stream *stream)
{
    const struct stream *in = stream->stream;
    const struct stream_packet *from = &in->packet;
    size_t length = sizeof(struct record_header) + from->captured;

    uint8_t *to = buffer_reserve(writer->buffer, length);
    if (to == NULL)
        return -EAGAIN;
    if (!in->swapped && in->nano == writer->nano) {
        stream_copy(to, in, 0);
    } else {
        uint32_t fraction = (uint32_t)(from->time % 1000000000U);
        struct record_header header = {(uint32_t)(from->time / 1000000000U),
                                       writer->nano ? fraction : fraction / 1000U, from->captured,
                                       from->original};

        memcpy(to, &header, sizeof header);
        stream_copy(to + sizeof header, in, sizeof header);
    }
    buffer_commit(writer->buffer, length, stream->number);
    return 0;
}

static int statistics(struct writer *writer, const struct writer_stream *stream,
                      const struct writer_statistics *statistics)
{
    (void)writer, (void)stream, (void)statistics; /* no place for it */
    return 0;
}

static int names(struct writer *writer)
{
    (void)writer;
    return 0;
}

static size_t span(const uint8_t *at, bool first, uint32_t *captured)
{
    struct record_header header;

    if (first)
        return sizeof(struct file_header);
    memcpy(&header, at, sizeof header);
    *captured = header.captured;
    return sizeof header + header.captured;
}

const struct writer_format writer_pcap = {open_stream, packet, statistics, names, 0, span};
