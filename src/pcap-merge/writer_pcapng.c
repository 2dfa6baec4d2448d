#include <errno.h>
#include <stdio.h>
#include <string.h>
#ifdef _WIN32
#include <ws2tcpip.h>
#else
#include <arpa/inet.h>
#endif

#include "../version.h"
#include "writer.h"

enum block_type {
    SECTION_HEADER = 0x0a0d0d0a,
    INTERFACE_DESCRIPTION = 1,
    NAME_RESOLUTION = 4,
    INTERFACE_STATISTICS = 5,
    ENHANCED_PACKET = 6,
};

enum option_code { /* each block type has its own, beside the comment */
                   OPT_COMMENT = 1,
                   SHB_HARDWARE = 2,
                   SHB_OS = 3,
                   SHB_USERAPPL = 4,
                   IF_NAME = 2,
                   IF_DESCRIPTION = 3,
                   IF_TSRESOL = 9,
                   IF_FILTER = 11,
                   IF_OS = 12,
                   ISB_STARTTIME = 2,
                   ISB_ENDTIME = 3,
                   ISB_IFRECV = 4,
                   ISB_IFDROP = 5,
};

enum {
    BLOCK_MAX = 8192, /* bytes of a block that is no packet */
    TEXT_MAX = 3500,
    STATISTICS_MAX = 128,
};

/* A block in the making: type, length, body, options, length again. */
struct block {
    uint8_t bytes[BLOCK_MAX];
    size_t used;
};

static void put(struct block *block, const void *bytes, size_t length)
{
    static const uint8_t zeros[4];

    memcpy(block->bytes + block->used, bytes, length);
    block->used += length;
    memcpy(block->bytes + block->used, zeros, -length & 3); /* all is aligned to 32 bits */
    block->used += -length & 3;
}

static void put32(struct block *block, uint32_t value)
{
    put(block, &value, sizeof value);
}

static void put_option(struct block *block, enum option_code code, const void *value, size_t length)
{
    uint16_t head[2] = {(uint16_t)code, (uint16_t)length};

    put(block, head, sizeof head);
    put(block, value, length);
}

static void begin(struct block *block, enum block_type type)
{
    block->used = 0;
    put32(block, (uint32_t)type);
    put32(block, 0); /* its length, filled in by end() */
}

static int end(struct block *block, struct buffer *buffer)
{
    put32(block, 0); /* opt_endofopt */
    uint32_t length = (uint32_t)block->used + 4;
    put32(block, length);
    memcpy(block->bytes + 4, &length, sizeof length);
    uint8_t *to = buffer_reserve(buffer, length);
    if (to == NULL)
        return -EAGAIN;
    memcpy(to, block->bytes, length);
    buffer_commit(buffer, length, BUFFER_NO_STREAM);
    return 0;
}

static size_t text_length(const char *text)
{
    return strnlen(text, TEXT_MAX);
}

static void put_text(struct block *block, enum option_code code, const char *text)
{
    if (text != NULL && *text != '\0')
        put_option(block, code, text, text_length(text));
}

static int section_header(struct writer *writer)
{
    static const char application[] = "cf-pcap " CF_PCAP_VERSION;
    const struct writer_about *about = writer->about;
    struct block block;

    begin(&block, SECTION_HEADER);
    put32(&block, 0x1a2b3c4d);
    put(&block, (const uint16_t[]){1, 0}, 4);
    put(&block, &(int64_t){-1}, 8); /* length of the section: not known */
    if (about != NULL) {
        put_text(&block, OPT_COMMENT, about->comment);
        put_text(&block, SHB_HARDWARE, about->hardware);
        put_text(&block, SHB_OS, about->os);
    }
    put_option(&block, SHB_USERAPPL, application, sizeof application - 1);
    writer->names = 0;
    writer_begin_secrets(writer);
    return end(&block, writer->buffer);
}

bool writer_is_address(const char *text)
{
    uint8_t value[16];

    return inet_pton(AF_INET, text, value) == 1 || inet_pton(AF_INET6, text, value) == 1;
}

/* A record: the length of its value, then the address and its names, each with its NUL. */
static void put_name(struct block *block, const struct writer_name *name)
{
    enum { IPV4 = 1, IPV6 = 2 };
    uint8_t value[16 + sizeof name->name];
    bool is_ipv4 = inet_pton(AF_INET, name->address, value) == 1;
    size_t address = is_ipv4 ? 4 : 16, length = strlen(name->name) + 1;
    uint16_t head[2] = {is_ipv4 ? IPV4 : IPV6, (uint16_t)(address + length)};

    if (!is_ipv4 && inet_pton(AF_INET6, name->address, value) != 1)
        return;
    memcpy(value + address, name->name, length);
    put(block, head, sizeof head);
    put(block, value, address + length);
}

size_t writer_names_size(const struct writer *writer)
{
    enum { OVERHEAD = 4 + 16 + 1 + 3, BLOCK_OVERHEAD = 16 }; /* of a name, of a block */
    size_t size = 0;

    for (size_t i = writer->names; writer->about != NULL && i < writer->about->name_count; i++)
        size += strlen(writer->about->names[i].name) + OVERHEAD + BLOCK_OVERHEAD;
    return size;
}

static int names(struct writer *writer)
{
    const struct writer_about *about = writer->about;
    struct block block;

    while (about != NULL && writer->names < about->name_count) {
        size_t at = writer->names;

        begin(&block, NAME_RESOLUTION);
        while (at < about->name_count && block.used < BLOCK_MAX / 2)
            put_name(&block, &about->names[at++]);
        put32(&block, 0); /* nrb_record_end */
        if (end(&block, writer->buffer) != 0)
            return -EAGAIN;
        writer->names = at;
    }
    return 0;
}

static int open_stream(struct writer *writer, struct writer_stream *stream)
{
    struct block block;

    if (!writer->begun) {
        if (section_header(writer) != 0)
            return -EAGAIN;
        writer->begun = true;
    }
    begin(&block, INTERFACE_DESCRIPTION);
    put(&block, (const uint16_t[]){stream->stream->link_type, 0}, 4);
    /* libpcap refuses a file whose interfaces differ in this, and cuts at it. */
    put32(&block, STREAM_PACKET_MAX);
    put_text(&block, IF_NAME, stream->name);
    put_text(&block, IF_DESCRIPTION, stream->description);
    put_option(&block, IF_TSRESOL, &(const uint8_t){stream->stream->nano ? 9 : 6}, 1);
    if (writer->filter != NULL) {
        char text[1 + TEXT_MAX] = {0}; /* the leading 0 says: a pcap-filter expression */

        memcpy(text + 1, writer->filter, text_length(writer->filter));
        put_option(&block, IF_FILTER, text, 1 + text_length(writer->filter));
    }
    put_text(&block, IF_OS, stream->os);
    if (end(&block, writer->buffer) != 0)
        return -EAGAIN;
    stream->interface = writer->streams++;
    /* Behind an interface: with names in front of the first one, editcap 4.0 refuses the file. What
     * has no room is written later. */
    names(writer);
    writer->buffer->urgent = true;
    return 0;
}

static uint64_t in_units_of(const struct stream *stream, uint64_t nanoseconds)
{
    return stream->nano ? nanoseconds : nanoseconds / 1000U;
}

/* Bytes of the options that follow a packet's bytes. */
static uint32_t options_length(const struct writer_stream *stream)
{
    uint32_t text = (uint32_t)strlen(stream->comment);

    return text == 0 ? 0 : 4 + text + (-text & 3) + 4;
}

static uint8_t *put_comment(uint8_t *to, const struct writer_stream *stream, uint32_t length)
{
    uint16_t text = (uint16_t)strlen(stream->comment);
    uint16_t head[2] = {OPT_COMMENT, text};

    memset(to, 0, length); /* padding, and opt_endofopt behind it */
    memcpy(to, head, sizeof head);
    memcpy(to + sizeof head, stream->comment, text);
    return to + length;
}

static int packet(struct writer *writer, struct writer_stream *stream)
{
    const struct stream_packet *from = &stream->stream->packet;
    uint64_t time = in_units_of(stream->stream, from->time);
    uint32_t padding = -from->captured & 3;
    uint32_t options = options_length(stream);
    uint32_t length = 28 + from->captured + padding + options + 4;
    uint32_t header[7] = {ENHANCED_PACKET,
                          length,
                          stream->interface,
                          (uint32_t)(time >> 32),
                          (uint32_t)(time & 0xffffffff),
                          from->captured,
                          from->original};

    uint8_t *to = buffer_reserve(writer->buffer, length);
    if (to == NULL)
        return -EAGAIN;
    memcpy(to, header, sizeof header);
    to = stream_copy(to + sizeof header, stream->stream, STREAM_RECORD_HEADER);
    memset(to, 0, padding);
    to += padding;
    if (options > 0) {
        to = put_comment(to, stream, options);
        stream->comment[0] = '\0';
    }
    memcpy(to, &length, sizeof length);
    buffer_commit(writer->buffer, length, stream->number);
    return 0;
}

/* Times are of two halves, the high one first. */
static void put_time(struct block *block, enum option_code code, const struct stream *stream,
                     uint64_t nanoseconds)
{
    uint64_t time = in_units_of(stream, nanoseconds);
    uint32_t halves[2] = {(uint32_t)(time >> 32), (uint32_t)(time & 0xffffffff)};

    if (nanoseconds != 0)
        put_option(block, code, halves, sizeof halves);
}

static int statistics(struct writer *writer, const struct writer_stream *stream,
                      const struct writer_statistics *statistics)
{
    uint64_t time = in_units_of(stream->stream, stream->stream->packet.time);
    struct block block;

    begin(&block, INTERFACE_STATISTICS);
    put32(&block, stream->interface);
    put32(&block, (uint32_t)(time >> 32)); /* of its last packet */
    put32(&block, (uint32_t)(time & 0xffffffff));
    put_time(&block, ISB_STARTTIME, stream->stream, statistics->begin);
    put_time(&block, ISB_ENDTIME, stream->stream, statistics->end);
    if (statistics->has_counts) {
        put_option(&block, ISB_IFRECV, &statistics->received, sizeof statistics->received);
        put_option(&block, ISB_IFDROP, &statistics->dropped, sizeof statistics->dropped);
    }
    return end(&block, writer->buffer);
}

static size_t span(const uint8_t *at, bool first, uint32_t *captured)
{
    uint32_t type, length;

    (void)first;
    memcpy(&type, at, sizeof type);
    memcpy(&length, at + 4, sizeof length);
    if (type == ENHANCED_PACKET)
        memcpy(captured, at + 20, sizeof *captured);
    return length;
}

void writer_comment(struct writer_stream *stream, const char *text)
{
    size_t used = strlen(stream->comment);

    snprintf(stream->comment + used, sizeof stream->comment - used, "%s%s", used == 0 ? "" : "; ",
             text);
}

const struct writer_format writer_pcapng = {open_stream, packet,         statistics,
                                            names,       STATISTICS_MAX, span};
