#include "logins.h"

#include <errno.h>

#include "core.h"
#include "pause.h"
#include "text.h"

/* Why a login failed. */

static bool says(const struct session *session, const char *what)
{
    return text_find(session->messages, session->messages_length, what) != NULL;
}

static bool says_one_of(const struct session *session, const char *const *words)
{
    for (; *words != NULL; words++)
        if (says(session, *words))
            return true;
    return false;
}

/* Cloud Controller's error 10013, and what UAA and gateways say. */
static bool is_limited(const struct session *session)
{
    static const char *const words[] = {"Rate Limit", "RateLimit", "Too Many Requests", "429",
                                        NULL};

    return says_one_of(session, words);
}

/* The words of Go's net, net/http and golang.org/x/crypto/ssh, each seen when connections were cut;
 * of EAGAIN and ENOMEM the system. */
static bool is_passing(const struct session *session)
{
    static const char *const words[] = {"EOF",
                                        "connection reset",
                                        "connection refused",
                                        "broken pipe",
                                        "i/o timeout",
                                        "TLS handshake timeout",
                                        "unexpected packet in response to channel open",
                                        "exited without exit status",
                                        "Bad Gateway",
                                        "Service Unavailable",
                                        "Gateway Time",
                                        NULL};

    if (session->cause == CAUSE_START_FAILED)
        return session->status == -EAGAIN || session->status == -ENOMEM;
    return session->status > 0 && says_one_of(session, words);
}

/* How many at the same time. */

void logins_init(struct logins *logins)
{
    *logins = (struct logins){.width = LOGINS_FIRST};
}

static size_t count(const struct core *core)
{
    size_t count = 0;

    for (size_t i = 0; i < core->count; i++)
        count += core->instances[i]->session.state == SESSION_LOGGING_IN;
    return count;
}

bool logins_has_turn(const struct core *core, const struct session *session)
{
    const struct logins *logins = &core->logins;

    return core->now >= logins->next_at && core->now >= session->retry_at &&
           count(core) < logins->width;
}

void logins_succeeded(struct core *core, const struct session *session)
{
    struct logins *logins = &core->logins;
    uint64_t took = core->now - session->started_at;

    logins->refusals = 0;
    if (logins->fastest == 0 || took < logins->fastest)
        logins->fastest = took;
    if (took <= 2 * logins->fastest + LOGINS_SLOW && logins->width < LOGINS_MAX)
        logins->width++;
}

bool logins_may_pass(const struct core *core, const struct session *session)
{
    unsigned int most = is_limited(session) ? LOGINS_TRIES_LIMITED : LOGINS_TRIES;

    return core->stop.reason == STOP_NONE && !session->stream.opened &&
           core->instances[session->number]->follow.attempts == 0 &&
           (session->cause == CAUSE_ITSELF || session->cause == CAUSE_START_FAILED) &&
           !says(session, "cf-pcap: ") && /* the login has succeeded, then */
           (is_limited(session) || is_passing(session)) && session->tries + 1 < most;
}

static void shrink(struct core *core, const struct session *session)
{
    struct logins *logins = &core->logins;
    bool limited = is_limited(session);

    /* Of those that began before, each would say the same. */
    if (session->started_at < logins->shrunk_at)
        return;
    logins->shrunk_at = core->now;
    logins->width = logins->width > 1 ? logins->width / 2 : 1;
    if (limited)
        logins->next_at = core->now + pause_after(core, logins->refusals++, PAUSE_MAX);
}

void logins_again(struct core *core, struct session *session)
{
    unsigned int tries = session->tries + 1;

    shrink(core, session);
    stop_begin_again(core, session);
    session->tries = tries;
    session->retry_at = core->now + pause_after(core, tries - 1, PAUSE_MAX);
}

uint64_t logins_wake(const struct core *core)
{
    uint64_t wake = UINT64_MAX;

    for (size_t i = 0; i < core->count; i++) {
        const struct session *session = &core->instances[i]->session;
        uint64_t at =
            session->retry_at > core->logins.next_at ? session->retry_at : core->logins.next_at;

        if (session->state == SESSION_WAITING && at > core->now && at < wake)
            wake = at;
    }
    return wake;
}
