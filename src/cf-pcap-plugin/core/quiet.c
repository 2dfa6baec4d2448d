#include <string.h>

#include "../advice.h"
#include "tell.h"

/*
 * Nothing came: the filter or the interface is wrong, or the app had no traffic. The user is told
 * once, and only if it is certain: not if an instance was not captured all the time, or dropped
 * packets.
 */

enum {
    QUIET = 10000,    /* ms */
    FILE_HEADER = 24, /* bytes of a pcap file without packets */
};

static bool is_known_to_be_quiet(const struct core *core, const struct instance *instance)
{
    const struct session *session = &instance->session;
    bool capturing = session->state == SESSION_CAPTURING && core->stop.reason == STOP_NONE;
    uint64_t silent;

    if (instance->follow.missed > 0 || instance->follow.missing || instance->follow.left ||
        session->stream.counts.packets > 0)
        return false;
    if (!session->stream.opened || session->stream.stream.tail > FILE_HEADER ||
        session->received > 0 || session->drops > 0 || session->stalled > 0 ||
        instance->follow.stalled > 0 || instance->failed)
        return false;
    return capturing ? !session_stalls(session, core->now, &silent)
                     : core->stop.reason != STOP_NONE &&
                           (instance->orderly || tell_missed(core, instance) == 0);
}

static bool is_quiet(const struct core *core)
{
    if (core->telling.quiet || core->announced_at == UINT64_MAX || outputs_error(core) != 0 ||
        core->stop.reason == STOP_OUTPUT_CLOSED)
        return false;
    for (size_t i = 0; i < core->count; i++)
        if (!is_known_to_be_quiet(core, core->instances[i]))
            return false;
    return true;
}

bool tell_quiet(struct core *core, bool so_far)
{
    if (so_far && (core->stop.reason != STOP_NONE || core->announced_at == UINT64_MAX ||
                   core->now - core->announced_at < QUIET))
        return false;
    if (!is_quiet(core))
        return false;
    core->telling.quiet = advice_quiet(core->text, sizeof core->text, &core->config.interfaces,
                                       core->config.filter, so_far);
    return core->telling.quiet || !so_far;
}
