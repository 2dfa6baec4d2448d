#include "progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { SHOWN_MAX = 20 /* instances the summary lists one by one */ };

/* 999 B, 1.2 kB, 34 MB: three digits at most, powers of ten, as in the file's size. */
static const char *amount(char text[16], uint64_t bytes)
{
    static const char units[] = "BkMGTPE";
    unsigned int unit = 0;
    uint64_t tenths = bytes * 10;

    for (; tenths >= 10000; tenths /= 1000)
        unit++;
    if (unit == 0)
        snprintf(text, 16, "%" PRIu64 " B", bytes);
    else if (tenths < 100)
        snprintf(text, 16, "%" PRIu64 ".%" PRIu64 " %cB", tenths / 10, tenths % 10, units[unit]);
    else
        snprintf(text, 16, "%" PRIu64 " %cB", tenths / 10, units[unit]);
    return text;
}

void progress_show(struct capture *capture)
{
    char line[512], bytes[16];
    uint64_t packets = 0, total = 0, drops = 0, late = 0;
    size_t used = 0, streaming = 0;

    /* Where the capture goes to standard output, the terminal is for whoever reads it: tcpdump. */
    if (!capture->voice->is_terminal || strcmp(capture->path, "-") == 0 ||
        !terminal_is_ours(&capture->terminal))
        return;
    for (size_t i = 0; i < capture->count; i++) {
        const struct merge_stream *stream = capture_stream(capture, i);

        packets += stream->counts.packets;
        total += stream->counts.bytes;
        drops += capture->reports[i].drops;
        late += stream->counts.late;
        streaming += stream->opened && capture->sessions.list[i].state == SESSION_RUNNING;
    }
    used += (size_t)snprintf(line, sizeof line, "%" PRIu64 " packets, %s", packets,
                             amount(bytes, total));
    if (drops > 0)
        used += (size_t)snprintf(line + used, sizeof line - used, ", %" PRIu64 " dropped", drops);
    if (late > 0)
        used += (size_t)snprintf(line + used, sizeof line - used, ", %" PRIu64 " late", late);
    if (capture->sessions.stopping)
        used += (size_t)snprintf(line + used, sizeof line - used, ", stopping");
    else if (streaming < capture->count)
        used += (size_t)snprintf(line + used, sizeof line - used, ", %zu of %zu instances",
                                 streaming, capture->count);
    for (size_t i = 0; capture->count > 1 && i < capture->count && used + 64 < sizeof line; i++) {
        const struct merge_counts *counts = &capture_stream(capture, i)->counts;

        used += (size_t)snprintf(line + used, sizeof line - used, "  %u: %" PRIu64 ", %s",
                                 capture->sessions.list[i].index, counts->packets,
                                 amount(bytes, counts->bytes));
        if (capture->reports[i].drops > 0)
            used += (size_t)snprintf(line + used, sizeof line - used, ", %" PRIu64 " dropped",
                                     capture->reports[i].drops);
    }
    say_live(capture->voice, line);
}

static void row(struct capture *capture, const char *name, const struct merge_counts *counts,
                const char *drops, const char *remark)
{
    char bytes[16];

    say(capture->voice, "%-10s %10" PRIu64 " %10s %10s %10" PRIu64 "%s%s", name, counts->packets,
        amount(bytes, counts->bytes), drops, counts->late, *remark == '\0' ? "" : "  ", remark);
}

/* 7; 7? where there may have been more; ? where nothing was told. */
static const char *drops_told(char text[24], uint64_t drops, bool all)
{
    if (drops == 0 && !all)
        return "?";
    snprintf(text, 24, "%" PRIu64 "%s", drops, all ? "" : "?");
    return text;
}

void progress_summarize(struct capture *capture)
{
    struct merge_counts all = {.packets = 0};
    uint64_t drops = 0;
    bool drops_known = true;
    char name[16], text[24];

    say(capture->voice, "%-10s %10s %10s %10s %10s", "Instance", "packets", "bytes", "dropped",
        "late");
    for (size_t i = 0; i < capture->count; i++) {
        const struct report *report = &capture->reports[i];
        const struct merge_counts *counts = &capture_stream(capture, i)->counts;

        all.packets += counts->packets;
        all.bytes += counts->bytes;
        all.late += counts->late;
        drops += report->drops;
        drops_known &= report->has_drops;
        if (capture->count > SHOWN_MAX && !report->early && counts->late == 0 && report->drops == 0)
            continue;
        snprintf(name, sizeof name, "%u", capture->sessions.list[i].index);
        row(capture, name, counts, drops_told(text, report->drops, report->has_drops),
            report->early ? "ended early" : "");
    }
    if (capture->count > 1) {
        row(capture, "all", &all, drops_told(text, drops, drops_known), "");
    }
}
