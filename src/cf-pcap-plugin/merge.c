#include "merge.h"

#include <errno.h>
#include <stdlib.h>

static size_t power_of_two_up_to(size_t size)
{
    size_t power = 1;

    while (power <= size / 2)
        power *= 2;
    return power;
}

int merge_init(struct merge *merge, size_t count, const char *const *names, struct writer *writer,
               uint64_t window, size_t memory)
{
    size_t ring = power_of_two_up_to(memory / count);

    if (ring < STREAM_RING_MIN)
        ring = STREAM_RING_MIN;
    *merge = (struct merge){.count = count, .writer = writer, .window = window};
    merge->streams = calloc(count, sizeof *merge->streams);
    merge->heap = calloc(count, sizeof *merge->heap);
    if (merge->streams == NULL || merge->heap == NULL) {
        free(merge->streams);
        free(merge->heap);
        return -ENOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        struct merge_stream *stream = &merge->streams[i];

        stream_init(&stream->stream, ring);
        stream->out = (struct writer_stream){.stream = &stream->stream, .name = names[i]};
    }
    merge->waited_for = count;
    return 0;
}

void merge_free(struct merge *merge)
{
    for (size_t i = 0; i < merge->count; i++)
        stream_free(&merge->streams[i].stream);
    free(merge->streams);
    free(merge->heap);
}

void merge_fed(struct merge *merge, size_t number, size_t length, uint64_t now)
{
    struct merge_stream *stream = &merge->streams[number];

    stream->last_fed = now;
    stream_fed(&stream->stream, length, now, merge->window / (STREAM_MARKS - 1));
}

void merge_end(struct merge *merge, size_t number)
{
    stream_end(&merge->streams[number].stream);
}

static bool before(const struct merge_key *a, const struct merge_key *b)
{
    return a->time < b->time || (a->time == b->time && a->number < b->number);
}

/* Lets the key at the top sink to its place. */
static void sink(struct merge *merge)
{
    struct merge_key key = merge->heap[0];
    size_t at = 0;

    for (;;) {
        size_t child = 2 * at + 1;

        if (child >= merge->heap_count)
            break;
        if (child + 1 < merge->heap_count && before(&merge->heap[child + 1], &merge->heap[child]))
            child++;
        if (!before(&merge->heap[child], &key))
            break;
        merge->heap[at] = merge->heap[child];
        at = child;
    }
    merge->heap[at] = key;
}

static void push(struct merge *merge, struct merge_key key)
{
    size_t at = merge->heap_count++;

    while (at > 0 && before(&key, &merge->heap[(at - 1) / 2])) {
        merge->heap[at] = merge->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    merge->heap[at] = key;
}

static void drop_top(struct merge *merge)
{
    merge->heap[0] = merge->heap[--merge->heap_count];
    if (merge->heap_count > 0)
        sink(merge);
}

void merge_abandon(struct merge *merge, size_t number)
{
    struct merge_stream *stream = &merge->streams[number];

    stream_abandon(&stream->stream);
    if (!stream->in_heap)
        return;
    stream->in_heap = false;
    size_t left = merge->heap_count;

    merge->heap_count = 0;
    for (size_t i = 0; i < left; i++)
        if (merge->heap[i].number != number)
            push(merge, merge->heap[i]);
}

static int open_in_writer(struct merge *merge, size_t number, merge_opened *opened, void *context)
{
    struct merge_stream *stream = &merge->streams[number];
    int result = opened != NULL ? opened(context, number) : 0;

    if (result == 0)
        result = merge->writer->format->open(merge->writer, &stream->out);
    stream->opened = result == 0;
    return result;
}

/* Moves on the streams that had no whole packet when they were looked at last. */
static int look_at_new_bytes(struct merge *merge, merge_opened *opened, void *context,
                             size_t *failed)
{
    merge->waited_for = 0;
    for (size_t i = 0; i < merge->count; i++) {
        struct merge_stream *stream = &merge->streams[i];

        if (stream->in_heap)
            continue;
        enum stream_state state = stream_advance(&stream->stream);
        if (stream->stream.has_header && !stream->opened && state != STREAM_ABANDONED) {
            int result = open_in_writer(merge, i, opened, context);

            if (result != 0) {
                *failed = i;
                return result;
            }
        }
        if (state == STREAM_READY) {
            stream->in_heap = true;
            push(merge, (struct merge_key){stream->stream.packet.time, (uint32_t)i});
        } else if (!stream_is_over(state)) {
            merge->waited_for++;
        }
    }
    return 0;
}

static bool is_overdue(const struct merge_stream *stream)
{
    return stream->stream.head < stream->overdue_end;
}

/* Has everybody who is waited for been silent for a moment? */
static bool all_silent(const struct merge *merge, uint64_t now)
{
    for (size_t i = 0; i < merge->count; i++) {
        const struct merge_stream *stream = &merge->streams[i];

        if (!stream->in_heap && !stream_is_over(stream->stream.state) &&
            now - stream->last_fed < MERGE_SILENCE)
            return false;
    }
    return true;
}

/* Finds what waits no longer; says how many streams have some, and when there will be more. */
static size_t look_at_the_clock(struct merge *merge, uint64_t now, uint64_t *wake)
{
    size_t overdue = 0;

    *wake = UINT64_MAX;
    for (size_t i = 0; i < merge->count; i++) {
        struct merge_stream *stream = &merge->streams[i];
        struct stream *in = &stream->stream;

        if (!stream->in_heap)
            continue;
        if (now >= merge->window) {
            uint64_t end = stream_expire(in, now - merge->window + 1);

            if (end > stream->overdue_end)
                stream->overdue_end = end;
        }
        if (stream_is_full(in)) {
            if (all_silent(merge, now))
                stream->overdue_end = in->tail - in->size / 2;
            else
                *wake = now + MERGE_SILENCE;
        }
        if (is_overdue(stream))
            overdue++;
        if (in->mark_count > 0 && in->marks[0].time + merge->window < *wake)
            *wake = in->marks[0].time + merge->window;
    }
    return overdue;
}

static int write_packet(struct merge *merge, struct merge_stream *stream)
{
    const struct stream_packet *packet = &stream->stream.packet;
    int result = merge->writer->format->packet(merge->writer, &stream->out);

    if (result != 0)
        return result;
    stream->counts.packets++;
    stream->counts.bytes += packet->captured;
    if (packet->time < merge->last_time)
        stream->counts.late++;
    else
        merge->last_time = packet->time;
    return 0;
}

int merge_run(struct merge *merge, uint64_t now, merge_opened *opened, void *context,
              uint64_t *wake, size_t *failed)
{
    int result = look_at_new_bytes(merge, opened, context, failed);

    *wake = UINT64_MAX;
    if (result != 0)
        return result;
    bool waiting = merge->waited_for > 0;
    size_t overdue = waiting ? look_at_the_clock(merge, now, wake) : 0;

    while (merge->heap_count > 0 && (!waiting || overdue > 0)) {
        uint32_t number = merge->heap[0].number;
        struct merge_stream *stream = &merge->streams[number];
        bool was_overdue = waiting && is_overdue(stream);

        result = write_packet(merge, stream);
        if (result != 0) {
            *failed = number;
            return result;
        }
        stream_take(&stream->stream);
        if (stream_advance(&stream->stream) == STREAM_READY) {
            merge->heap[0].time = stream->stream.packet.time;
            sink(merge);
            if (was_overdue && !is_overdue(stream))
                overdue--;
            continue;
        }
        stream->in_heap = false;
        drop_top(merge);
        if (was_overdue)
            overdue--;
        if (!stream_is_over(stream->stream.state)) {
            merge->waited_for++;
            if (!waiting) {
                waiting = true;
                overdue = look_at_the_clock(merge, now, wake);
            }
        }
    }
    return 0;
}

bool merge_is_done(const struct merge *merge)
{
    for (size_t i = 0; i < merge->count; i++)
        if (!stream_is_over(merge->streams[i].stream.state))
            return false;
    return true;
}
