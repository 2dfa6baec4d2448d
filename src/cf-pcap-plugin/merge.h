/*
 * Merges instance streams by time, as they arrive, into one file.
 *
 * Of the packets that lie first in each stream, the earliest is written; of equals, that of the
 * lowest stream. As long as a stream has none, an earlier one may still come from it: the others
 * wait for it, but no packet longer than `window`. A packet that comes after a later one was
 * written is written all the same, and counted as late. What waits is bounded by memory too: when
 * a stream's ring is full and those it waits for have been silent for a moment, it waits no longer.
 *
 * Knows nothing of processes and clocks: bytes and times (milliseconds, not going back) are fed.
 *
 *      merge_space, merge_fed, merge_end     as bytes arrive
 *      merge_run                             after a batch of these, and at the time it names
 */
#ifndef MERGE_H
#define MERGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stream.h"
#include "writer.h"

enum { MERGE_WINDOW = 2000, MERGE_SILENCE = 50 /* ms */ };

struct merge_counts {
    uint64_t packets, bytes; /* written; bytes of packets as captured */
    uint64_t late;
};

struct merge_stream {
    struct stream stream;
    struct writer_stream out;
    struct merge_counts counts;
    bool opened; /* its header was handed to the writer */
    bool in_heap;
    uint64_t last_fed;    /* when bytes came last */
    uint64_t overdue_end; /* position: what lies before it waits no longer */
};

struct merge {
    struct merge_stream *streams;
    size_t count;
    struct writer *writer;
    uint64_t window;
    uint64_t last_time; /* latest time written, nanoseconds */

    /* Streams whose first packet is known, as a binary heap by (time, number of the stream). */
    struct merge_key {
        uint64_t time;
        uint32_t number;
    } * heap;
    size_t heap_count;
    size_t waited_for; /* streams that are not over and have no whole packet */
};

/*
 * Called when a stream's header has been read, before writer->format->open: the output may have to
 * be opened. 0 or a negative errno, which ends merge_run.
 */
typedef int merge_opened(void *context, size_t number);

/*
 * `names`: one a stream, as for struct writer_stream; they stay the caller's. `memory`: bytes all
 * streams together may hold, as far as they can do with it. 0 or -ENOMEM.
 */
int merge_init(struct merge *merge, size_t count, const char *const *names, struct writer *writer,
               uint64_t window, size_t memory);
void merge_free(struct merge *merge);

static inline uint8_t *merge_space(struct merge *merge, size_t number, size_t *length)
{
    return stream_space(&merge->streams[number].stream, length);
}
void merge_fed(struct merge *merge, size_t number, size_t length, uint64_t now);
void merge_end(struct merge *merge, size_t number);

/* Drops what is held of a stream, and all that may still come of it. */
void merge_abandon(struct merge *merge, size_t number);

/*
 * Writes what may be written by now. 0, -EAGAIN if the output is full (see output_reserve), or
 * a negative errno: then `*failed` is the stream that could not be opened or written.
 * `*wake`: when to run again if nothing arrives until then; UINT64_MAX: no need.
 */
int merge_run(struct merge *merge, uint64_t now, merge_opened *opened, void *context,
              uint64_t *wake, size_t *failed);

/* All streams are over and all their packets written. */
bool merge_is_done(const struct merge *merge);

#endif
