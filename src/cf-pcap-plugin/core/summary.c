#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tell.h"
#include "text.h"

enum { SHOWN_MAX = 20 /* instances of which each has its lines, whatever became of it */ };

/* Of the first column: 10, and more for the names of interfaces. */
static int width(const struct core *core)
{
    const struct interfaces *interfaces = &core->config.interfaces;
    size_t longest = 0;

    for (size_t i = 0; interfaces->count > 1 && i < interfaces->count; i++)
        if (strlen(interfaces->names[i]) > longest)
            longest = strlen(interfaces->names[i]);
    return 10 + (int)longest;
}

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
    if (core->config.follow)
        return follow_missed(instance, from, until);
    return until - from - session_captured(&instance->session, from, until);
}

/* ms that it was captured. */
static uint64_t captured(const struct core *core, const struct instance *instance)
{
    uint64_t from, until;

    tell_span(core, &from, &until);
    return core->config.follow ? follow_captured(instance, from, until)
                               : session_captured(&instance->session, from, until);
}

uint64_t tell_lost(const struct core *core)
{
    uint64_t lost = 0;

    if (core->stop.reason == STOP_OUTPUT_CLOSED) /* its reader wanted no more */
        return 0;
    for (size_t i = 0; i < core->count; i++)
        lost += core->instances[i]->session.stream.counts.lost;
    return lost;
}

static void row(struct core *core, const char *name, const struct merge_counts *counts,
                const char *drops, uint64_t captured, const char *remark)
{
    char bytes[16], time[16];

    snprintf(core->text, sizeof core->text,
             "%-*s %10" PRIu64 " %10s %10s %10" PRIu64 " %10s%s%.400s", width(core), name,
             counts->packets, text_bytes(bytes, counts->bytes), drops, counts->late,
             text_time(time, captured), *remark == '\0' ? "" : "  ", remark);
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
    if (instance->follow.left)
        return "gone";
    if (instance->follow.missing)
        return instance->absent[0] == '\0' ? "missing" : "not running";
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
    if (instance->follow.gaps > 0) {
        snprintf(words, sizeof words, "%u gap%s", instance->follow.gaps,
                 instance->follow.gaps == 1 ? "" : "s");
        add(remark, size, words);
    }
    if (missed > 0) {
        snprintf(words, sizeof words, "%s missed",
                 missed < 100 ? "less than 0.1 s" : text_time(time, missed));
        add(remark, size, words);
    }
    if (instance->follow.stalled + session->stalled > 0) {
        snprintf(words, sizeof words, "did not answer for %s",
                 text_seconds(time, instance->follow.stalled + session->stalled));
        add(remark, size, words);
    }
    if (session->stream.counts.lost > 0) {
        snprintf(words, sizeof words, "%" PRIu64 " lost", session->stream.counts.lost);
        add(remark, size, words);
    }
}

/* On one of its interfaces, at least. */
static bool is_worth_a_line(const struct core *core, const struct instance *instance)
{
    char remark[256];

    if (core->config.verbose || core->count <= SHOWN_MAX * core->config.interfaces.count)
        return true;
    for (size_t i = 0; i < core->count; i++) {
        const struct instance *other = core->instances[i];

        if (!instance_is_same(other, instance))
            continue;
        remarks(core, other, remark, sizeof remark);
        if (*remark != '\0' || other->session.stream.counts.late > 0 || instance_drops(other) > 0 ||
            !instance_has_drops(other))
            return true;
    }
    return false;
}

static bool row_of_instance(struct core *core, const struct instance *instance)
{
    const struct interfaces *interfaces = &core->config.interfaces;
    const struct session *session = &instance->session;
    char name[48], which[24] = "", drops[24], remark[256];
    bool several = interfaces->count > 1;

    remarks(core, instance, remark, sizeof remark);
    if (!is_worth_a_line(core, instance)) {
        core->telling.left_out += instance->interface == 0;
        return false;
    }
    if (instance->number > 1)
        snprintf(which, sizeof which, " (%u)", instance->number);
    snprintf(name, sizeof name, "%u%s%s%s", instance->index, which, several ? " " : "",
             several ? interfaces->names[instance->interface] : "");
    row(core, name, &session->stream.counts,
        drops_told(drops, instance_drops(instance), instance_has_drops(instance)),
        captured(core, instance), remark);
    return true;
}

static bool row_of_absent(struct core *core, const struct instance *instance)
{
    if (!core->config.verbose && core->absent_count > SHOWN_MAX) {
        core->telling.absent_left_out++;
        return false;
    }
    snprintf(core->text, sizeof core->text, "%-*u %10s %10s %10s %10s %10s  not running (%s)",
             width(core), instance->index, "-", "-", "-", "-", "-", instance->absent);
    return true;
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
        drops += instance_drops(core->instances[i]);
        drops_known &= instance_has_drops(core->instances[i]);
    }
    tell_span(core, &from, &until);
    row(core, "all", &all, drops_told(text, drops, drops_known), until - from, "");
}

/* Rows that tell nothing are not shown, but the user learns that there are some. */
static bool rows_left_out(struct core *core)
{
    size_t captured = core->telling.left_out, absent = core->telling.absent_left_out;
    char text[2][96] = {"", ""};

    if (captured > 0)
        snprintf(text[0], sizeof text[0],
                 "%zu instances that were captured all the time, without a drop", captured);
    if (absent > 0)
        snprintf(text[1], sizeof text[1], "%zu instances that do not run", absent);
    snprintf(core->text, sizeof core->text, "Left out of this table: %s%s%s. --verbose shows them.",
             text[0], captured > 0 && absent > 0 ? ", and " : "", text[1]);
    return captured + absent > 0;
}

static bool another_version(struct core *core)
{
    unsigned int count = core->stop.reason == STOP_APP_GONE ? 0 : follow_beside(core);

    TEXT(core,
         "Not captured: %u instance%s of the new version of the app, which is being deployed.",
         count, count == 1 ? "" : "s");
    return count > 0;
}

bool tell_summary(struct core *core)
{
    size_t absent = 1 + core->count, all = absent + core->absent_count;

    for (size_t at = core->telling.row; at <= all + 2; at++) {
        core->telling.row = at + 1;
        if (at == 0) {
            snprintf(core->text, sizeof core->text, "%-*s %10s %10s %10s %10s %10s", width(core),
                     "Instance", "packets", "bytes", "dropped", "late", "captured");
            return true;
        }
        if (at < absent && row_of_instance(core, core->ordered[at - 1]))
            return true;
        if (at >= absent && at < all && row_of_absent(core, core->absent[at - absent]))
            return true;
        if (at == all && core->count > 1) {
            row_of_all(core);
            return true;
        }
        if (at == all + 1 && rows_left_out(core))
            return true;
        if (at == all + 2 && another_version(core))
            return true;
    }
    return false;
}
