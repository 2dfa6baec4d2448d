#include "session.h"

#include <string.h>

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

/* Takes all lines `what` out of the messages; true if there was one. */
static bool take_out(struct session *session, const char *what)
{
    size_t length = strlen(what), kept = 0;
    bool found = false;

    for (size_t at = 0; at < session->messages_length;) {
        const char *line = session->messages + at;
        const char *newline = memchr(line, '\n', session->messages_length - at);
        size_t span =
            newline == NULL ? session->messages_length - at : (size_t)(newline - line) + 1;

        at += span;
        if (newline != NULL && span == length + 1 && memcmp(line, what, length) == 0) {
            found = true;
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
        session->beats |= take_out(session, COMMAND_BEAT);
        take_out(session, COMMAND_ANSWER);
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

uint64_t session_captured(const struct session *session, uint64_t from, uint64_t until)
{
    if (!session->stream.opened || session->captured_from == UINT64_MAX)
        return 0;
    if (session->captured_from > from)
        from = session->captured_from;
    if (session->cause != CAUSE_NONE && session->captured_until < until)
        until = session->captured_until;
    return until > from ? until - from : 0;
}
