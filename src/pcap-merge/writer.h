/*
 * The two formats a capture is saved in. Both in this machine's byte order; both never need more of
 * a packet than WRITER_OVERHEAD bytes beside its own and those of its comment.
 */
#ifndef WRITER_H
#define WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"
#include "stream.h"

enum {
    WRITER_OVERHEAD = 64,     /* bytes */
    WRITER_COMMENT_MAX = 512, /* bytes of a packet's comment, the NUL included */
};

/* An address, as text, and the name that readers are to show in its place. */
struct writer_name {
    char address[46]; /* of IPv4 or IPv6 */
    char name[128];
};

/* What a capture tells of itself, in front of the packets. NULL: not known. Strings are UTF-8. */
struct writer_about {
    const char *hardware, *os; /* of the machine that it is written on */
    const char *comment;       /* lines */
    const struct writer_name *names;
    size_t name_count; /* may grow */
};

/* Is this the text of an IPv4 or IPv6 address? */
bool writer_is_address(const char *text);

/*
 * TLS secrets, as lines of the NSS key log format, each with its newline and shorter than 32 KiB;
 * for pcapng alone. Lines may be added at the end, and taken away in front: `before` counts the
 * bytes that were.
 */
struct writer_secrets {
    const char *lines;
    size_t length;
    uint64_t before;
};

struct writer_statistics {
    bool has_counts; /* the next two are known */
    uint64_t received, dropped;
    uint64_t begin, end; /* of the capture: nanoseconds since 1970; 0: not known */
};

struct writer {
    const struct writer_format *format;
    struct buffer *buffer;
    bool begun;         /* a stream was opened: the file's header is there */
    bool nano;          /* pcap: timestamps of the whole file; that of the first stream */
    uint16_t link_type; /* pcap: of all outputs; that of the first stream */
    bool has_link_type; /* it is known */
    uint32_t streams;   /* pcapng: interfaces there are; the next one's number */
    const char *filter; /* pcapng: noted with each interface; NULL: none */
    const struct writer_about *about;     /* pcapng; NULL: nothing is known */
    size_t names;                         /* of these, so many are in the file */
    const struct writer_secrets *secrets; /* pcapng; NULL: there will be none */
    bool has_secrets;                     /* the file has some */
    uint64_t secrets_until; /* of these, the file has all before this one (`before` counts) */
    uint64_t secret_lines;  /* written, each counted once in however many files it is */
    uint64_t secrets_ever;  /* of these, lines before this one are counted */
    size_t
        secrets_again; /* in front of the first packet there are so many bytes of them, the last */
};

struct writer_stream {
    const struct stream *stream;
    const char *name;        /* as Wireshark shows it: myapp/0 eth0 */
    const char *description; /* pcapng: of the interface; NULL or "": none */
    const char *os;          /* pcapng: of the machine it is captured on; NULL: not known */
    uint32_t number;         /* of the stream in the merge */
    uint32_t interface;      /* pcapng: its number in the file, set by open */
    char comment[WRITER_COMMENT_MAX]; /* of its next packet; "": none (writer_comment) */
};

/* Functions return 0, or -EAGAIN: the buffer has no room until it was handed out. */
struct writer_format {
    /* A stream's header was read; it may be the first. -EPROTOTYPE: its link type is not that of
     * the streams before, and the format does not allow that. */
    int (*open)(struct writer *writer, struct writer_stream *stream);

    int (*packet)(struct writer *writer, struct writer_stream *stream);

    /* What the tool has counted since the beginning of the capture. */
    int (*statistics)(struct writer *writer, const struct writer_stream *stream,
                      const struct writer_statistics *statistics);

    /* Names of `about` that are not in the file yet, for the packets behind them; the file has
     * begun. It does that by itself, with those that are known by then. */
    int (*names)(struct writer *writer);

    /* The most bytes that it writes for a stream. */
    size_t statistics_size;

    /* Length of the record at `at`; `first`: it is the file's first. `*captured`: bytes of its
     * packet, if it is one. */
    size_t (*span)(const uint8_t *at, bool first, uint32_t *captured);
};

/*
 * The next packet of the stream that is written gets this comment, one line in UTF-8: what is to be
 * known before it is read, such as a gap in front of it. Where it has one already, both are there,
 * as far as WRITER_COMMENT_MAX allows. pcap has no place for comments.
 */
void writer_comment(struct writer_stream *stream, const char *text);

/* Bytes at most that the names will take that are not in the file yet; 0: all are. */
size_t writer_names_size(const struct writer *writer);

/* The file begins: it gets all of them again, as far as secrets_again allows. */
void writer_begin_secrets(struct writer *writer);

/* It has no packet yet: of those that are to be written, the oldest are left out, as far as there
 * are more than secrets_again. Once it has some, the others follow without a hole. */
void writer_trim_secrets(struct writer *writer);

/* Bytes at most that the secrets will take that are not in the file yet; 0: all are. */
size_t writer_secrets_size(const struct writer *writer);

/* Writes them: readers use them for the packets behind them. A stream was opened. 0 or -EAGAIN. */
int writer_put_secrets(struct writer *writer);

extern const struct writer_format writer_pcap;   /* draft-ietf-opsawg-pcap */
extern const struct writer_format writer_pcapng; /* draft-ietf-opsawg-pcapng */

#endif
