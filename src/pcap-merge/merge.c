#include "merge.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static size_t power_of_two_up_to(size_t size)
{
    size_t power = 1;

    while (power <= size / 2)
        power *= 2;
    return power;
}

void merge_init(struct merge *merge, size_t expected, struct writer *writer, uint64_t window,
                size_t memory)
{
    *merge = (struct merge){.writer = writer,
                            .window = window,
                            .expected = expected,
                            .bounds = {UINT64_MAX, UINT64_MAX, UINT64_MAX}};
    merge->ring = power_of_two_up_to(memory / (expected == 0 ? 1 : expected));
    if (merge->ring < STREAM_RING_MIN)
        merge->ring = STREAM_RING_MIN;
}

void merge_free(struct merge *merge)
{
    for (size_t i = 0; i < merge->count; i++)
        stream_free(&merge->streams[i]->stream);
    free((void *)merge->streams);
    free(merge->heap.keys);
    *merge = (struct merge){.count = 0};
}

static int make_room(struct merge *merge)
{
    size_t room = merge->room == 0 ? 16 : merge->room * 2;

    if (merge->count < merge->room)
        return 0;
    void *streams = realloc((void *)merge->streams, room * sizeof(void *));
    if (streams == NULL)
        return -ENOMEM;
    merge->streams = streams;
    void *keys = realloc(merge->heap.keys, room * sizeof *merge->heap.keys);
    if (keys == NULL)
        return -ENOMEM;
    merge->heap.keys = keys;
    merge->room = room;
    return 0;
}

int merge_add(struct merge *merge, struct merge_stream *stream, const char *name)
{
    int result = merge->count < MERGE_STREAMS_MAX ? make_room(merge) : -E2BIG;

    if (result != 0)
        return result;
    *stream = (struct merge_stream){
        .out = {.stream = &stream->stream, .name = name, .number = (uint32_t)merge->count}};
    stream_init(&stream->stream, merge->count < merge->expected ? merge->ring : STREAM_RING_MIN);
    merge->streams[merge->count++] = stream;
    merge->waited_for++;
    return 0;
}

void merge_again(struct merge *merge, size_t number)
{
    struct merge_stream *stream = merge->streams[number];

    stream_again(&stream->stream);
    stream->state = MERGE_NEW;
    stream->begun = false;
    stream->overdue_end = 0;
}

/* An abandoned stream is read all the same: its sender must not hang. */
static void skip(struct merge_stream *stream)
{
    uint64_t packets = stream_skip(&stream->stream);

    if (stream->state == MERGE_FINISHED)
        stream->counts.unwanted += packets;
    else
        stream->counts.lost += packets;
}

void merge_fed(struct merge *merge, size_t number, size_t length, uint64_t now)
{
    struct merge_stream *stream = merge->streams[number];

    stream->last_fed = now;
    stream_fed(&stream->stream, length, now, merge->window / (STREAM_MARKS - 1));
    if (merge_stream_is_over(stream) && stream->state != MERGE_DONE)
        skip(stream);
}

void merge_end(struct merge *merge, size_t number)
{
    stream_end(&merge->streams[number]->stream);
}

/* It is in the output already, with packets that are written like those to come. */
static bool goes_on(const struct merge_stream *stream)
{
    return stream->opened && stream->nano == stream->stream.nano &&
           stream->link_type == stream->stream.link_type;
}

/* Is what was written last, and so many bytes behind it, beyond a bound? 0, -EFBIG or -EOVERFLOW.
 */
static int is_beyond(const struct merge *merge, size_t more)
{
    const struct writer *writer = merge->writer;
    uint64_t end = writer->buffer->before + writer->buffer->used + more +
                   (uint64_t)writer->streams * writer->format->statistics_size;

    if (end > merge->bounds.end)
        return -EFBIG;
    return merge->has_packet && end > merge->bounds.full ? -EOVERFLOW : 0;
}

/* Where an output has a packet, a stream that comes later must leave its bounds, too. */
static int describe(struct merge *merge, struct merge_stream *stream)
{
    struct writer before = *merge->writer;
    size_t used = before.buffer->used, records = before.buffer->records;
    int result = before.format->open(merge->writer, &stream->out);

    if (result == 0 && merge->has_packet)
        result = is_beyond(merge, 0);
    if (result == -EFBIG || result == -EOVERFLOW) {
        buffer_take_back(before.buffer, used, records);
        *merge->writer = before;
    }
    if (result == 0)
        stream->output = merge->output;
    return result;
}

/* A new output has all that go on, in their order. 0 or -EAGAIN. */
static int describe_all(struct merge *merge)
{
    for (size_t i = 0; merge->is_new && i < merge->count; i++) {
        struct merge_stream *stream = merge->streams[i];

        if (stream->state == MERGE_OPEN && stream->output != merge->output &&
            describe(merge, stream) == -EAGAIN)
            return -EAGAIN;
    }
    merge->is_new = false;
    return 0;
}

int merge_describe(struct merge *merge, struct merge_stream *stream)
{
    int result = describe_all(merge);

    return result == 0 && stream->output != merge->output ? describe(merge, stream) : result;
}

void merge_next_output(struct merge *merge)
{
    merge->output++;
    merge->is_new = true;
    merge->has_packet = false;
    merge->writer->begun = false;
    merge->writer->streams = 0;
    merge->writer->buffer->before = 0;
}

/* The one place where a stream leaves MERGE_NEW: what was refused once is not asked again. */
static int open_stream(struct merge *merge, struct merge_stream *stream)
{
    int result = describe_all(merge);

    if (result == 0 && !goes_on(stream))
        result = describe(merge, stream);
    if (result == -EPROTOTYPE) {
        stream->state = MERGE_REFUSED;
        skip(stream);
        return 0;
    }
    if (result == 0) {
        stream->state = MERGE_OPEN;
        stream->opened = stream->begun = true;
        stream->nano = stream->stream.nano;
        stream->link_type = stream->stream.link_type;
    }
    return result;
}

/* What is known of a stream's first packet, after its parser has moved on. 0 or -EAGAIN. */
static int look_at(struct merge *merge, struct merge_stream *stream)
{
    enum stream_state parsed = stream_advance(&stream->stream);
    int result = 0;

    if (stream->state == MERGE_NEW && stream->stream.has_header)
        result = open_stream(merge, stream);
    if (result != 0 || merge_stream_is_over(stream))
        return result;
    if (parsed == STREAM_READY) {
        stream->in_heap = true;
        heap_push(&merge->heap, (struct heap_key){stream->stream.packet.time, stream->out.number});
    } else if (stream_is_over(parsed)) {
        stream->state = MERGE_DONE;
    } else {
        merge->waited_for++;
    }
    return 0;
}

/* Moves on the streams that had no whole packet when they were looked at last. */
static int look_at_new_bytes(struct merge *merge)
{
    int result = 0;

    merge->waited_for = 0;
    for (size_t i = 0; i < merge->count && result == 0; i++)
        if (!merge->streams[i]->in_heap && !merge_stream_is_over(merge->streams[i]))
            result = look_at(merge, merge->streams[i]);
    return result;
}

static bool is_overdue(const struct merge_stream *stream)
{
    return stream->stream.head < stream->overdue_end;
}

/* Has everybody who is waited for been silent for a moment? */
static bool all_silent(const struct merge *merge, uint64_t now)
{
    for (size_t i = 0; i < merge->count; i++) {
        const struct merge_stream *stream = merge->streams[i];

        if (!stream->in_heap && !merge_stream_is_over(stream) &&
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
        struct merge_stream *stream = merge->streams[i];
        struct stream *in = &stream->stream;

        if (!stream->in_heap)
            continue;
        if (now >= merge->window) {
            uint64_t end = stream_expire(in, now - merge->window + 1);

            if (end > stream->overdue_end)
                stream->overdue_end = end;
        }
        if (stream_is_full(in)) {
            uint64_t end = in->tail - in->size / 2;

            if (!all_silent(merge, now))
                *wake = now + MERGE_SILENCE;
            else if (end > stream->overdue_end) /* what has waited for the window is, too */
                stream->overdue_end = end;
        }
        if (is_overdue(stream))
            overdue++;
        if (in->mark_count > 0 && in->marks[0].time + merge->window < *wake)
            *wake = in->marks[0].time + merge->window;
    }
    return overdue;
}

/* In front of a packet, with which it may be in the next output. 0, -EAGAIN, -EFBIG, -EOVERFLOW. */
static int write_secrets(struct merge *merge)
{
    if (!merge->has_packet)
        writer_trim_secrets(merge->writer);
    size_t size = writer_secrets_size(merge->writer);
    int result = size == 0 ? 0 : is_beyond(merge, size);

    return result == 0 && size > 0 ? writer_put_secrets(merge->writer) : result;
}

int merge_put_secrets(struct merge *merge)
{
    int result = merge->writer->begun ? write_secrets(merge) : 0;

    return result == -EAGAIN ? result : 0;
}

int merge_put_names(struct merge *merge)
{
    const struct writer *writer = merge->writer;
    size_t size = writer->begun ? writer_names_size(writer) : 0;

    return size == 0 || is_beyond(merge, size) != 0 ? 0 : writer->format->names(merge->writer);
}

/* The first of those that are late one after the other: it may be tried again. */
static void note_lateness(const struct merge *merge, struct merge_stream *stream)
{
    uint64_t time = stream->stream.packet.time;
    bool late = time < merge->last_time;
    char text[WRITER_COMMENT_MAX];

    if (late && !stream->is_late) {
        snprintf(text, sizeof text, "cf-pcap: late: captured %.3f s before a packet in front of it",
                 (double)(merge->last_time - time) / 1e9);
        writer_comment(&stream->out, text);
    }
    stream->is_late = late;
}

static int write_packet(struct merge *merge, struct merge_stream *stream)
{
    const struct stream_packet *packet = &stream->stream.packet;
    struct buffer *buffer = merge->writer->buffer;

    if (merge->bounds.packets == 0)
        return -EFBIG;
    note_lateness(merge, stream);
    char comment = stream->out.comment[0];
    int result = merge_describe(merge, stream);
    if (result == 0)
        result = write_secrets(merge);
    if (result != 0)
        return result;
    size_t used = buffer->used, records = buffer->records;
    result = merge->writer->format->packet(merge->writer, &stream->out);
    if (result != 0)
        return result;
    result = is_beyond(merge, 0);
    if (result != 0) {
        buffer_take_back(buffer, used, records);
        stream->out.comment[0] = comment;
        return result;
    }
    if (merge->wrote != NULL)
        merge->wrote(merge->owner, buffer->bytes + used, buffer->used - used);
    if (merge->bounds.packets != UINT64_MAX)
        merge->bounds.packets--;
    merge->has_packet = true;
    stream->counts.packets++;
    stream->counts.bytes += packet->captured;
    if (packet->time < merge->last_time)
        stream->counts.late++;
    else
        merge->last_time = packet->time;
    return 0;
}

int merge_run(struct merge *merge, uint64_t now, uint64_t *wake)
{
    int result = look_at_new_bytes(merge);

    *wake = UINT64_MAX;
    if (result != 0)
        return result;
    bool waiting = merge->holds || merge->waited_for > 0;
    size_t overdue = waiting ? look_at_the_clock(merge, now, wake) : 0;

    while (merge->heap.count > 0 && (!waiting || overdue > 0)) {
        struct merge_stream *stream = merge->streams[merge->heap.keys[0].number];
        bool was_overdue = waiting && is_overdue(stream);

        result = write_packet(merge, stream);
        if (result != 0)
            return result;
        stream_take(&stream->stream);
        if (stream_advance(&stream->stream) == STREAM_READY) {
            merge->heap.keys[0].time = stream->stream.packet.time;
            heap_sink(&merge->heap);
            if (was_overdue && !is_overdue(stream))
                overdue--;
            continue;
        }
        stream->in_heap = false;
        heap_drop_top(&merge->heap);
        if (was_overdue)
            overdue--;
        if (stream_is_over(stream->stream.state)) {
            stream->state = MERGE_DONE;
            continue;
        }
        merge->waited_for++;
        if (!waiting) {
            waiting = true;
            overdue = look_at_the_clock(merge, now, wake);
        }
    }
    return 0;
}

bool merge_is_done(const struct merge *merge)
{
    for (size_t i = 0; i < merge->count; i++)
        if (!merge_stream_is_over(merge->streams[i]))
            return false;
    return true;
}

/* Takes the record of the buffer with this number off its stream's counts. */
static void count_as_lost(struct merge *merge, size_t record, uint32_t captured)
{
    uint16_t number = merge->writer->buffer->streams[record];

    if (number == BUFFER_NO_STREAM)
        return;
    struct merge_counts *counts = &merge->streams[number]->counts;
    counts->packets--;
    counts->bytes -= captured;
    counts->lost++;
    if (counts->late > counts->packets)
        counts->late = counts->packets;
}

/* None of the streams that are not over will be written any more. */
static void leave_all(struct merge *merge, enum merge_state state)
{
    merge->heap.count = 0;
    for (size_t i = 0; i < merge->count; i++) {
        struct merge_stream *stream = merge->streams[i];

        stream->in_heap = false;
        if (merge_stream_is_over(stream))
            continue;
        stream->state = state;
        skip(stream);
    }
}

void merge_finish(struct merge *merge)
{
    leave_all(merge, MERGE_FINISHED);
}

uint64_t merge_give_up(struct merge *merge)
{
    struct buffer *buffer = merge->writer->buffer;
    size_t whole = 0, at = 0;

    for (size_t record = 0; record < buffer->records; record++) {
        uint32_t captured = 0;
        bool first = buffer->before == 0 && at == 0;

        at += merge->writer->format->span(buffer->bytes + at, first, &captured);
        if (at <= buffer->done)
            whole = at;
        else
            count_as_lost(merge, record, captured);
    }
    uint64_t length = buffer->before + whole;
    buffer_drop(buffer);
    leave_all(merge, MERGE_ABANDONED);
    return length;
}
