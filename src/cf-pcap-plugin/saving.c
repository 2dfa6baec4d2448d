#include "saving.h"

#include <errno.h>

enum {
    MEMORY = 48 * 1024 * 1024, /* bytes of packets that wait for slower instances */
    FLUSH_INTERVAL = 20,       /* ms between writes that are not full */
};

int saving_init(struct saving *saving, const struct options *options, size_t count,
                const char *const *names)
{
    int result = output_init(&saving->output);

    if (result != 0)
        return result;
    saving->wake = UINT64_MAX;
    saving->writer = (struct writer){
        .format = options->format == FORMAT_PCAPNG ? &writer_pcapng : &writer_pcap,
        .output = &saving->output,
        .filter = options->filter,
    };
    result = merge_init(&saving->merge, count, names, &saving->writer, MERGE_WINDOW, MEMORY);
    if (result == 0 && output_is_pipe(saving->path))
        result = output_open(&saving->output, saving->path);
    return result;
}

static void on_room(uv_poll_t *poll, int status, int events)
{
    struct saving *saving = poll->data;

    (void)status, (void)events; /* whatever it is, the next write will tell */
    uv_poll_stop(poll);
    saving->blocked = false;
    saving->has_room(saving->owner);
}

/* What a write said, but for -EAGAIN: that is waited for. */
static int wait_if_blocked(struct saving *saving, int result)
{
    if (result != -EAGAIN)
        return result;
    saving->blocked = true;
    if (saving->room.data == NULL) {
        uv_poll_init(saving->loop, &saving->room, saving->output.fd);
        saving->room.data = saving;
    }
    uv_poll_start(&saving->room, UV_WRITABLE, on_room);
    return 0;
}

static int on_opened(void *context, size_t number)
{
    struct saving *saving = context;
    int result = 0;

    (void)number;
    if (saving->output.fd < 0)
        result = output_open(&saving->output, saving->path);
    saving->opened |= result == 0;
    return result;
}

int saving_run(struct saving *saving, uint64_t now, size_t *failed)
{
    return saving->blocked ? 0
                           : wait_if_blocked(saving, merge_run(&saving->merge, now, on_opened,
                                                               saving, &saving->wake, failed));
}

/* At once where little comes, a few times a second less where much comes. */
int saving_flush(struct saving *saving, uint64_t now)
{
    if (saving->output.used == 0 || saving->blocked || saving->gone ||
        now - saving->flushed_at < FLUSH_INTERVAL)
        return 0;
    saving->flushed_at = now;
    return wait_if_blocked(saving, output_flush(&saving->output));
}

static int write_statistics(struct saving *saving, const struct report *reports)
{
    for (; saving->finished < saving->merge.count; saving->finished++) {
        const struct merge_stream *stream = &saving->merge.streams[saving->finished];
        const struct report *report = &reports[saving->finished];
        int result = 0;

        if (stream->opened && report->has_drops)
            result = saving->writer.format->statistics(&saving->writer, &stream->out,
                                                       report->received, report->drops);
        if (result != 0)
            return result;
    }
    return output_flush(&saving->output);
}

int saving_finish(struct saving *saving, const struct report *reports)
{
    return saving->opened && !saving->gone
               ? wait_if_blocked(saving, write_statistics(saving, reports))
               : 0;
}

uint64_t saving_due(const struct saving *saving)
{
    uint64_t flush = saving->flushed_at + FLUSH_INTERVAL;

    if (saving->blocked)
        return UINT64_MAX;
    if (saving->output.used == 0)
        return saving->wake;
    return saving->wake < flush ? saving->wake : flush;
}

void saving_give_up(struct saving *saving)
{
    output_cut(&saving->output, saving->writer.format->span);
    saving->gone = true;
    for (size_t i = 0; i < saving->merge.count; i++)
        merge_abandon(&saving->merge, i);
}
