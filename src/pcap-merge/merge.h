/*
 * Merges instance streams by time, as they arrive, into one file.
 *
 * Of the packets that lie first in each stream, the earliest is written; of equals, that of the
 * lowest stream. As long as a stream has none, an earlier one may still come from it: the others
 * wait for it, but no packet longer than `window`. A packet that comes after a later one was
 * written is written all the same, and counted as late. What waits is bounded by memory too: when
 * a stream's ring is full and those it waits for have been silent for a moment, it waits no longer.
 *
 * Knows nothing of processes, files and clocks: bytes and times (milliseconds, not going back) are
 * fed, and what is to be written lies in a buffer.
 *
 *      merge_add                             for each stream, also while others run
 *      merge_space, merge_fed, merge_end     as bytes arrive
 *      merge_run                             after a batch of these, and at the time it names
 *      merge_again                           for a stream that has ended, and begins anew
 */
#ifndef MERGE_H
#define MERGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "heap.h"
#include "stream.h"
#include "writer.h"

enum {
    MERGE_WINDOW = 2000,             /* ms */
    MERGE_SILENCE = 50,              /* ms */
    MERGE_MEMORY = 48 * 1024 * 1024, /* bytes of packets that wait for slower instances */
    MERGE_STREAMS_MAX = BUFFER_NO_STREAM - 1,
};

struct merge_counts {
    uint64_t packets, bytes; /* written; bytes of packets as captured */
    uint64_t late;
    uint64_t lost;     /* whole packets that came, and are not in the output */
    uint64_t unwanted; /* whole packets that came after merge_finish, or were held then */
};

/*
 * What may be written. UINT64_MAX: as much as comes. Positions are bytes from the beginning of the
 * output, together with the statistics that are still to come at its end.
 */
struct merge_bounds {
    uint64_t packets; /* so many more */
    uint64_t end;     /* where no packet goes beyond */
    uint64_t full;    /* where none goes beyond, unless it is the first of the output */
};

/* What a stream is to the output; how far its bytes were understood is in `stream`. */
enum merge_state {
    MERGE_NEW,       /* its header has not come yet */
    MERGE_OPEN,      /* its header was taken: packets may follow */
    MERGE_DONE,      /* it has ended, and all its packets are written */
    MERGE_REFUSED,   /* the format cannot hold packets of its link type; it is not asked again */
    MERGE_ABANDONED, /* by merge_give_up */
    MERGE_FINISHED,  /* by merge_finish */
};

struct merge_stream {
    enum merge_state state;
    struct stream stream;
    struct writer_stream out;
    struct merge_counts counts;
    bool opened; /* it has been MERGE_OPEN: it is in the output */
    bool begun;  /* the same since merge_again */
    bool nano;   /* as it is in the output, like `link_type` */
    uint16_t link_type;
    uint32_t output; /* the last one that describes it */
    bool in_heap;
    bool is_late;         /* its last packet was */
    uint64_t last_fed;    /* when bytes came last */
    uint64_t overdue_end; /* position: what lies before it waits no longer */
};

struct merge {
    struct merge_stream **streams;
    size_t count, room;
    struct writer *writer;
    uint64_t window;
    size_t ring; /* most bytes a stream may hold, of the first `expected` ones */
    size_t expected;
    uint64_t last_time;         /* latest time written, nanoseconds */
    struct merge_bounds bounds; /* the caller's to set; `packets` counts down */
    bool has_packet;            /* there is one in the output */
    uint32_t output;            /* its number, from 0 (merge_next_output) */
    bool is_new;                /* it does not yet describe the streams of the one before */
    bool holds;                 /* the caller's to set: every packet waits for `window`, though no
                                   stream is waited for: something is to come in front of it */
    /* The caller's to set; NULL: not wanted. Each packet that was written, with its header. */
    void (*wrote)(void *owner, const uint8_t *bytes, size_t length);
    void *owner;

    struct heap heap;  /* streams whose first packet is known */
    size_t waited_for; /* streams that are not over and have no whole packet */
};

/* `expected`: so many streams share `memory` bytes; each gets STREAM_RING_MIN at least, and so does
 * each that comes unexpectedly. */
void merge_init(struct merge *merge, size_t expected, struct writer *writer, uint64_t window,
                size_t memory);
void merge_free(struct merge *merge);

/* One more stream, whose memory stays the caller's, until merge_free; so does `name`, as for struct
 * writer_stream. It is called by its number: how many there were before. 0, -ENOMEM or -E2BIG. */
int merge_add(struct merge *merge, struct merge_stream *stream, const char *name);

static inline uint8_t *merge_space(struct merge *merge, size_t number, size_t *length)
{
    return stream_space(&merge->streams[number]->stream, length);
}
void merge_fed(struct merge *merge, size_t number, size_t length, uint64_t now);
void merge_end(struct merge *merge, size_t number);

/* Another pcap file will come from a stream that is MERGE_DONE: its instance is captured again. Its
 * number, its counts and its place in the output stay. */
void merge_again(struct merge *merge, size_t number);

/* Nothing more will come of it: it is MERGE_DONE, or was refused or given up. */
static inline bool merge_stream_is_over(const struct merge_stream *stream)
{
    return stream->state >= MERGE_DONE;
}

/*
 * Writes what may be written by now into the writer's buffer. 0, or -EAGAIN: the buffer is full,
 * and it is to be run again once that was handed out. -EFBIG: the next packet, or the next stream's
 * description, is beyond a bound. -EOVERFLOW: it does not fit into the output, but will into the
 * next one.
 * `*wake`: when to run again if nothing arrives until then; UINT64_MAX: no need.
 */
int merge_run(struct merge *merge, uint64_t now, uint64_t *wake);

/* All streams are over and all their packets written. */
bool merge_is_done(const struct merge *merge);

/*
 * Nothing can be written any more. Abandons all streams, counts as lost what is held of them and
 * what was in the buffer, but not handed out whole, and says how many bytes the output holds up to
 * the end of the last whole record.
 */
uint64_t merge_give_up(struct merge *merge);

/* Writes the secrets that are not in the output yet, though no packet may follow: where they would
 * go beyond a bound, they are left out. 0 or -EAGAIN. */
int merge_put_secrets(struct merge *merge);

/* The same of names that have come since the output began; the next output has them. */
int merge_put_names(struct merge *merge);

/* What is written from now on goes to another output, which is to be whole by itself. The buffer is
 * empty. */
void merge_next_output(struct merge *merge);

/* Describes the stream in the output, unless it is there. 0 or -EAGAIN. */
int merge_describe(struct merge *merge, struct merge_stream *stream);

/* No more packets are wanted: what is held of the streams, and what comes, is counted as such. What
 * is in the buffer is to be handed out. */
void merge_finish(struct merge *merge);

#endif
