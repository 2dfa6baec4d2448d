#include "report.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "capture.h"
#include "explain.h"

/* What the tool says last is all of them; until then it says how many there were so far. */
static void read_drops(struct report *report, const struct session *session)
{
    explain_count(session->messages, session->messages_length, "packets dropped by kernel so far",
                  &report->drops);
    report->has_drops = explain_count(session->messages, session->messages_length,
                                      "packets dropped by kernel", &report->drops);
}

void report_drops(struct capture *capture)
{
    for (size_t i = 0; i < capture->count; i++)
        if (!capture->reports[i].done)
            read_drops(&capture->reports[i], &capture->sessions.list[i]);
}

void report_clocks(struct capture *capture)
{
    struct timespec time;

    clock_gettime(CLOCK_REALTIME, &time);
    int64_t now = (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;

    for (size_t i = 0; i < capture->count; i++) {
        const struct stream *stream = &capture_stream(capture, i)->stream;
        struct report *report = &capture->reports[i];

        /* Packets are late, never early: the least late one is nearest to the truth. */
        if (stream->packet.time == 0)
            continue;
        int64_t skew = (int64_t)stream->packet.time - now;
        if (!report->has_skew || skew > report->skew)
            report->skew = skew;
        report->has_skew = true;
    }
}

static bool told_before(const struct capture *capture, size_t number)
{
    for (size_t i = 0; i < capture->count; i++)
        if (capture->reports[i].told &&
            strcmp(capture->reports[i].why, capture->reports[number].why) == 0)
            return true;
    return false;
}

static void tell_once(struct capture *capture, size_t number)
{
    struct report *report = &capture->reports[number];

    if (told_before(capture, number))
        return;
    report->told = true;
    say_error(capture->voice, "Instance %u %s: %s", capture->sessions.list[number].index,
              !capture_stream(capture, number)->opened ? "cannot be captured"
              : report->badly                          ? "did not end in order"
                                                       : "ended early",
              report->why);
}

void report_end(struct capture *capture, size_t number)
{
    const struct session *session = &capture->sessions.list[number];
    const struct stream *stream = &capture_stream(capture, number)->stream;
    struct report *report = &capture->reports[number];
    struct ending ending = {.app = capture->options->app,
                            .stream = stream,
                            .status = session->status,
                            .messages = session->messages,
                            .messages_length = session->messages_length};
    bool broken = stream->state == STREAM_NOT_PCAP || stream->state == STREAM_BAD_RECORD;

    report->done = true;
    read_drops(report, session);
    explain_count(session->messages, session->messages_length, "packets received by filter",
                  &report->received);
    /* Asked to end, a tool ends with 0; with another status of its own, it lost packets over it. */
    report->early = !session->asked_to_end || (broken && !capture->sessions.stopping);
    report->badly = !report->early && capture_stream(capture, number)->opened &&
                    session->status > 0 && session->status < 126;
    if (!report->early && !report->badly)
        return;

    enum verdict verdict = explain(&ending, report->why, sizeof report->why);
    capture->failed |= verdict != VERDICT_ENDED;
    capture->refused |= verdict == VERDICT_SSH_REFUSED;
    report->deferred = verdict == VERDICT_SSH_REFUSED;
    if (!report->deferred)
        tell_once(capture, number);
}

static void tell_the_same(const struct capture *capture, size_t first)
{
    char text[160];
    struct index_list list;

    index_list_begin(&list, text, sizeof text);
    for (size_t i = 0; i < capture->count; i++)
        if (i != first && strcmp(capture->reports[i].why, capture->reports[first].why) == 0)
            index_list_add(&list, capture->sessions.list[i].index);
    if (list.count > 0)
        say_error(capture->voice, "The same for %s %s.", index_list_noun(&list), text);
}

/* A clock that is off puts packets in the wrong order, and nothing else would show it. */
static void compare_clocks(const struct capture *capture)
{
    enum { TOLERATED = 3 /* seconds */ };
    const int64_t second = 1000000000;
    size_t least = capture->count, most = capture->count;

    for (size_t i = 0; i < capture->count; i++) {
        if (!capture->reports[i].has_skew)
            continue;
        if (least == capture->count || capture->reports[i].skew < capture->reports[least].skew)
            least = i;
        if (most == capture->count || capture->reports[i].skew > capture->reports[most].skew)
            most = i;
    }
    if (least == capture->count)
        return;
    int64_t difference = (capture->reports[most].skew - capture->reports[least].skew) / second;
    if (difference >= TOLERATED)
        say(capture->voice,
            "The clock of instance %u seems to be %" PRId64
            " s ahead of that of instance %u: their "
            "packets are not in the order in which they were sent.",
            capture->sessions.list[most].index, difference, capture->sessions.list[least].index);
}

void report_rest(struct capture *capture)
{
    for (size_t i = 0; i < capture->count; i++) {
        const struct report *report = &capture->reports[i];

        if (report->why[0] == '\0' || (report->deferred && !capture->saving.opened))
            continue;
        tell_once(capture, i);
        if (report->told)
            tell_the_same(capture, i);
    }
    compare_clocks(capture);
}
