#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tell.h"
#include "text.h"

enum { SHOWN_MAX = 20 /* instances of which each has its line, whatever became of it */ };

void tell_span(const struct core *core, uint64_t *from, uint64_t *until)
{
    *until = core->stop.reason == STOP_NONE ? core->now : core->stop.at;
    *from = core->announced_at;
    /* Where it was never announced, from the first one that was captured. */
    for (size_t i = 0; core->announced_at == UINT64_MAX && i < core->count; i++) {
        const struct session *session = &core->instances[i]->session;

        if (session->stream.opened && session->captured_from < *from)
            *from = session->captured_from;
    }
    if (*from > *until)
        *from = *until;
}

uint64_t tell_missed(const struct core *core, const struct instance *instance)
{
    uint64_t from, until;

    tell_span(core, &from, &until);
    return until - from - session_captured(&instance->session, from, until);
}

uint64_t tell_lost(const struct core *core)
{
    uint64_t lost = 0;

    for (size_t i = 0; i < core->count; i++)
        lost += core->instances[i]->session.stream.counts.lost;
    return lost;
}

static void row(struct core *core, const char *name, const struct merge_counts *counts,
                const char *drops, uint64_t captured, const char *remark)
{
    char bytes[16], time[16];

    snprintf(core->text, sizeof core->text,
             "%-10s %10" PRIu64 " %10s %10s %10" PRIu64 " %10s%s%.400s", name, counts->packets,
             text_bytes(bytes, counts->bytes), drops, counts->late, text_time(time, captured),
             *remark == '\0' ? "" : "  ", remark);
}

/* 7; 7? where there may have been more; ? where nothing was told. */
static const char *drops_told(char text[24], uint64_t drops, bool all)
{
    if (drops == 0 && !all)
        return "?";
    snprintf(text, 24, "%" PRIu64 "%s", drops, all ? "" : "?");
    return text;
}

static void add(char *remark, size_t size, const char *words)
{
    size_t used = strlen(remark);

    snprintf(remark + used, size - used, "%s%s", used == 0 ? "" : ", ", words);
}

static const char *what_became_of(const struct instance *instance)
{
    const struct session *session = &instance->session;

    if (session->stream.state == MERGE_REFUSED)
        return "other link type";
    if (!session->stream.opened)
        return "not captured";
    if (session->cause != CAUSE_STOP)
        return "ended early";
    if (session->cut_off)
        return "cut off";
    return instance->failed && session->state == SESSION_OVER ? "did not end in order" : "";
}

static void remarks(const struct core *core, const struct instance *instance, char *remark,
                    size_t size)
{
    const struct session *session = &instance->session;
    uint64_t missed = tell_missed(core, instance);
    char words[64], time[16];

    snprintf(remark, size, "%s", what_became_of(instance));
    if (missed > 0) {
        snprintf(words, sizeof words, "%s missed",
                 missed < 100 ? "less than 0.1 s" : text_time(time, missed));
        add(remark, size, words);
    }
    if (session->stalled > 0) {
        snprintf(words, sizeof words, "did not answer for %s",
                 text_seconds(time, session->stalled));
        add(remark, size, words);
    }
    if (session->stream.counts.lost > 0) {
        snprintf(words, sizeof words, "%" PRIu64 " lost", session->stream.counts.lost);
        add(remark, size, words);
    }
}

static bool is_worth_a_line(const struct core *core, const struct instance *instance,
                            const char *remark)
{
    const struct session *session = &instance->session;

    return core->count <= SHOWN_MAX || *remark != '\0' || session->stream.counts.late > 0 ||
           session->drops > 0 || !session->has_drops;
}

static bool row_of_instance(struct core *core, const struct instance *instance)
{
    const struct session *session = &instance->session;
    uint64_t from, until;
    char name[16], drops[24], remark[256];

    remarks(core, instance, remark, sizeof remark);
    if (!is_worth_a_line(core, instance, remark))
        return false;
    tell_span(core, &from, &until);
    snprintf(name, sizeof name, "%u", instance->index);
    row(core, name, &session->stream.counts, drops_told(drops, session->drops, session->has_drops),
        session_captured(session, from, until), remark);
    return true;
}

static void row_of_absent(struct core *core, const struct instance *instance)
{
    snprintf(core->text, sizeof core->text, "%-10u %10s %10s %10s %10s %10s  not running (%s)",
             instance->index, "-", "-", "-", "-", "-", instance->absent);
}

static void row_of_all(struct core *core)
{
    struct merge_counts all = {.packets = 0};
    uint64_t drops = 0, from, until;
    bool drops_known = true;
    char text[24];

    for (size_t i = 0; i < core->count; i++) {
        const struct session *session = &core->instances[i]->session;

        all.packets += session->stream.counts.packets;
        all.bytes += session->stream.counts.bytes;
        all.late += session->stream.counts.late;
        drops += session->drops;
        drops_known &= session->has_drops;
    }
    tell_span(core, &from, &until);
    row(core, "all", &all, drops_told(text, drops, drops_known), until - from, "");
}

bool tell_summary(struct core *core)
{
    size_t absent = 1 + core->count, all = absent + core->absent_count;

    for (size_t at = core->telling.row; at <= all; at++) {
        core->telling.row = at + 1;
        if (at == 0) {
            snprintf(core->text, sizeof core->text, "%-10s %10s %10s %10s %10s %10s", "Instance",
                     "packets", "bytes", "dropped", "late", "captured");
            return true;
        }
        if (at < absent && row_of_instance(core, core->instances[at - 1]))
            return true;
        if (at >= absent && at < all) {
            row_of_absent(core, core->absent[at - absent]);
            return true;
        }
        if (at == all && core->count > 1) {
            row_of_all(core);
            return true;
        }
    }
    return false;
}
