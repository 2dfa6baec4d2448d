#include "session.h"

#include <stddef.h>
#include <string.h>

#include "../quote.h"
#include "command.h"
#include "ending.h"

/* While its stdout is not read, nothing may come of its stderr either: they share an SSH window. */
uint64_t session_listened_since(const struct session *session)
{
    return session->heard_at > session->resumed_at ? session->heard_at : session->resumed_at;
}

bool session_stalls(const struct session *session, uint64_t now, uint64_t *silent)
{
    *silent = now - session_listened_since(session);
    return session->beats && !session->paused && session->state >= SESSION_CAPTURING &&
           session->state < SESSION_OVER && !session->exited && *silent >= STALL;
}

bool session_is_lost(const struct session *session, uint64_t now)
{
    uint64_t silent;

    return session_stalls(session, now, &silent) && silent >= STALL_LIMIT;
}

void session_heard(struct session *session, uint64_t now)
{
    uint64_t silent;

    if (session->state == SESSION_KILLED) { /* that is what its pipes still held */
        session->resumed_at = now;
        return;
    }
    if (session_stalls(session, now, &silent))
        session->stalled += silent;
    session->heard_at = now;
    session->answered |= session->state == SESSION_ENDING;
}

void session_again(struct session *session)
{
    const size_t behind = offsetof(struct session, number) + sizeof session->number;

    /* The stream is the merge's, too; its number stays. */
    memset(session, 0, offsetof(struct session, stream));
    memset((char *)session + behind, 0, sizeof *session - behind);
    session->captured_from = UINT64_MAX;
}

static void copy_guid(char guid[GUID_SIZE], const char *from, size_t length)
{
    if (length == 0 || length >= GUID_SIZE)
        return;
    for (size_t i = 0; i < length; i++)
        if (strchr("0123456789abcdefABCDEF-", from[i]) == NULL)
            return;
    memcpy(guid, from, length);
    guid[length] = '\0';
}

/* PROCESS CONTAINER */
static void read_place(struct session *session, const char *words, size_t length)
{
    const char *blank = memchr(words, ' ', length);

    if (blank == NULL)
        return;
    copy_guid(session->process, words, (size_t)(blank - words));
    copy_guid(session->container, blank + 1, length - (size_t)(blank + 1 - words));
}

/* Linux RELEASE, and behind a comma what os-release(5) has as PRETTY_NAME, in quotes or not. */
static void read_os(struct session *session, const char *words, size_t length)
{
    char text[OS_SIZE];
    size_t used = 0;

    for (size_t i = 0; i < length && used < sizeof text; i++)
        if (words[i] != '"' && words[i] != '\'')
            text[used++] = words[i];
    quote_for_display(session->os, sizeof session->os, text, used);
}

/* Takes all lines `what` out of the messages; true if there was one. With `read` those that begin
 * with it, which gets what is behind that. */
static bool take_out(struct session *session, const char *what,
                     void (*read)(struct session *session, const char *words, size_t length))
{
    size_t length = strlen(what), kept = 0;
    bool found = false;

    for (size_t at = 0; at < session->messages_length;) {
        const char *line = session->messages + at;
        const char *newline = memchr(line, '\n', session->messages_length - at);
        size_t span =
            newline == NULL ? session->messages_length - at : (size_t)(newline - line) + 1;

        at += span;
        if (newline != NULL && (span == length + 1 || (read != NULL && span > length)) &&
            memcmp(line, what, length) == 0) {
            found = true;
            if (read != NULL)
                read(session, line + length, span - length - 1);
            continue;
        }
        memmove(session->messages + kept, line, span);
        kept += span;
    }
    session->messages_length = kept;
    return found;
}

/* What the tool says last is all of them; until then it says how many there were so far. */
static void read_counts(struct session *session)
{
    const char *messages = session->messages;
    size_t length = session->messages_length;

    ending_count(messages, length, "packets dropped by kernel so far", &session->drops);
    if (ending_has_no_counts(messages, length))
        return;
    if (ending_count(messages, length, "packets dropped by kernel", &session->drops) &&
        ending_count(messages, length, "packets received by filter", &session->received))
        session->has_drops = true;
}

void session_message(struct session *session, const char *bytes, size_t length, uint64_t now)
{
    session_heard(session, now);
    while (length > 0) {
        size_t half = sizeof session->messages / 2;

        /* Of a tool that talks much the last words count. */
        if (session->messages_length > half) {
            session->messages_length -= half;
            memmove(session->messages, session->messages + half, session->messages_length);
        }
        size_t room = sizeof session->messages - session->messages_length;
        size_t count = length < room ? length : room;
        memcpy(session->messages + session->messages_length, bytes, count);
        session->messages_length += count;
        bytes += count;
        length -= count;
        if (take_out(session, COMMAND_BEAT, NULL)) {
            session->beats = true;
            session->beat_at = now;
        }
        take_out(session, COMMAND_ANSWER, NULL);
        take_out(session, COMMAND_PLACE, read_place);
        take_out(session, COMMAND_OS, read_os);
        read_counts(session);
    }
}

void session_look_at_clock(struct session *session, int64_t clock)
{
    uint64_t time = session->stream.stream.packet.time;

    /* Packets are late, never early: the least late one is nearest to the truth. */
    if (time == 0)
        return;
    int64_t skew = (int64_t)time - clock;
    if (!session->has_skew || skew > session->skew)
        session->skew = skew;
    session->has_skew = true;
}

bool instance_is_same(const struct instance *a, const struct instance *b)
{
    return a->index == b->index && a->number == b->number;
}

/* What the present session counted; where that is over, it is in `follow` already. */
static const struct session *counting(const struct instance *instance)
{
    bool is_over = instance->follow.missing || instance->follow.left;

    return is_over ? NULL : &instance->session;
}

uint64_t instance_drops(const struct instance *instance)
{
    const struct session *session = counting(instance);

    return instance->follow.drops + (session == NULL ? 0 : session->drops);
}

uint64_t instance_received(const struct instance *instance)
{
    const struct session *session = counting(instance);

    return instance->follow.received + (session == NULL ? 0 : session->received);
}

bool instance_has_drops(const struct instance *instance)
{
    const struct session *session = counting(instance);

    if (instance->follow.uncounted || !instance->session.stream.opened)
        return false;
    return session == NULL || !session->stream.begun || session->has_drops;
}

uint64_t session_captured(const struct session *session, uint64_t from, uint64_t until)
{
    if (!session->stream.begun || session->captured_from == UINT64_MAX)
        return 0;
    if (session->captured_from > from)
        from = session->captured_from;
    if (session->cause != CAUSE_NONE && session->captured_until < until)
        until = session->captured_until;
    return until > from ? until - from : 0;
}
