#include "sessions.h"

#include <time.h>

#include "report.h"

enum {
    STARTING_MAX = 10,      /* logins at the same time */
    STOP_SILENCE = 2000,    /* ms a tool that was asked to end may say nothing */
    STOP_PATIENCE = 30000,  /* ms it may take to send what it still has */
    STOP_GRACE = 500000000, /* ns; a packet so long after the stop was captured after it */
};

static const struct merge_stream *stream_of(const struct session *session)
{
    return &session->merge->streams[session->number];
}

static void start_some(struct sessions *sessions)
{
    size_t starting = 0;

    for (size_t i = 0; i < sessions->count; i++) {
        const struct session *session = &sessions->list[i];

        starting += session->state == SESSION_RUNNING && !stream_of(session)->opened &&
                    !session->asked_to_end;
    }
    for (size_t i = 0; i < sessions->count && starting < STARTING_MAX && !sessions->stopping; i++) {
        struct session *session = &sessions->list[i];

        if (session->state != SESSION_WAITING)
            continue;
        session_start(session, sessions->loop, sessions->cf, sessions->options, sessions->command);
        starting++;
    }
}

void sessions_look(struct sessions *sessions)
{
    for (size_t i = 0; i < sessions->count; i++) {
        struct session *session = &sessions->list[i];

        if (session->state == SESSION_RUNNING && stream_is_over(stream_of(session)->stream.state))
            session_stop(session); /* a stream that is broken, or has ended */
        session_resume(session);
    }
    start_some(sessions);
}

void sessions_stop(struct sessions *sessions)
{
    struct timespec now;

    if (sessions->stopping)
        return;
    clock_gettime(CLOCK_REALTIME, &now);
    sessions->stopped_clock = (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
    sessions->stopping = true;
    for (size_t i = 0; i < sessions->count; i++)
        session_stop(&sessions->list[i]);
}

void sessions_kill(struct sessions *sessions)
{
    sessions_stop(sessions);
    for (size_t i = 0; i < sessions->count; i++)
        session_kill(&sessions->list[i]);
}

/* Was the last packet of an instance captured after the tool was told to end? */
static bool captures_on(const struct sessions *sessions, const struct report *report, size_t number)
{
    uint64_t time = stream_of(&sessions->list[number])->stream.packet.time;

    return sessions->stopping && report->has_skew &&
           (int64_t)time - report->skew > (int64_t)sessions->stopped_clock + STOP_GRACE;
}

void sessions_lose_patience(struct sessions *sessions, const struct report *reports)
{
    uint64_t now = uv_now(sessions->loop);

    for (size_t i = 0; i < sessions->count; i++) {
        struct session *session = &sessions->list[i];

        if (session->state != SESSION_RUNNING || !session->asked_to_end)
            continue;
        if (session->killed)
            session_kill(session);
        if (session->paused)
            continue;
        uint64_t asked = now - session->stopped_at;
        if (asked >= STOP_PATIENCE ||
            (asked >= STOP_SILENCE &&
             (now - session->last_heard >= STOP_SILENCE || captures_on(sessions, &reports[i], i))))
            session_kill(session);
    }
}
