/* Gaps: how long an instance was not captured, and where that is noted. */
#include <stdio.h>

#include "core.h"
#include "follow.h"
#include "text.h"

/* ms: how long it was missed until now, though it was to be captured. */
static uint64_t gap(const struct core *core, const struct following *follow)
{
    uint64_t from = follow->gap_from == 0 ? core->announced_at : follow->gap_from;

    return from > core->now ? 0 : core->now - from;
}

void follow_received(struct core *core, struct instance *instance)
{
    struct following *follow = &instance->follow;
    struct writer_stream *out = &instance->session.stream.out;
    char text[WRITER_COMMENT_MAX], time[16];

    if (follow->is_noted || gap(core, follow) == 0)
        return;
    follow->is_noted = true;
    snprintf(text, sizeof text, "cf-pcap: %s missed before this packet: %s",
             text_time(time, gap(core, follow)),
             follow->why[0] == '\0' ? "it was not captured" : follow->why);
    writer_comment(out, text);
}

void follow_begun(struct core *core, struct instance *instance)
{
    struct following *follow = &instance->follow;
    uint64_t announced = core->announced_at;

    follow->last_gap = gap(core, follow);
    if (announced <= core->now && follow->last_gap > 0) {
        follow->missed += follow->gap_from > announced ? follow->last_gap : core->now - announced;
        follow->gaps += !follow->is_new && follow->gap_from != 0; /* else it came late */
    }
    if (follow->is_new || follow->gap_is_told) {
        follow->tell_again = true;
        follow->tell_at = core->now;
    }
    follow->gap_from = UINT64_MAX;
    follow->is_noted = follow->tell_why = follow->gap_is_told = false;
    instance->absent[0] = instance->why[0] = follow->why[0] = '\0';
}

uint64_t follow_missed(const struct instance *instance, uint64_t from, uint64_t until)
{
    const struct following *follow = &instance->follow;
    const struct session *session = &instance->session;
    uint64_t begin = UINT64_MAX;

    if (follow->since > from)
        from = follow->since;
    if (follow->left)
        return follow->missed;
    if (follow->gap_from != UINT64_MAX)
        begin = follow->gap_from > from ? follow->gap_from : from;
    else if (session->cause != CAUSE_NONE)
        begin = session->captured_until;
    return follow->missed + (begin < until ? until - begin : 0);
}

uint64_t follow_captured(const struct instance *instance, uint64_t from, uint64_t until)
{
    const struct following *follow = &instance->follow;
    uint64_t missed = follow_missed(instance, from, until);

    if (follow->since > from)
        from = follow->since;
    if (follow->left && follow->left_at < until)
        until = follow->left_at;
    from += follow->absent_for + missed;
    return !instance->session.stream.opened || until < from ? 0 : until - from;
}

/* At a restart something is missing always; but at the end all that run are captured. One that has
 * not run at all is a failure where the user has named it, as it is without --follow. */
bool follow_failed(const struct core *core, const struct instance *instance)
{
    const struct following *follow = &instance->follow;

    if (!core->config.follow || follow->left || core->stop.reason == STOP_APP_GONE)
        return false;
    if (follow->missing && instance->absent[0] != '\0')
        return instance->chosen || instance->session.stream.opened;
    return follow->missing || !instance->session.stream.opened ||
           instance->session.captured_from == UINT64_MAX;
}

unsigned int follow_beside(const struct core *core)
{
    unsigned int count = 0;

    if (!core->config.chosen)
        return core->look.beside;
    for (size_t i = 0; i < core->count; i++) {
        const struct instance *instance = core->instances[i];

        count += instance->number == 1 && instance->interface == 0 &&
                 instance->index < core->look.beside;
    }
    return count;
}
