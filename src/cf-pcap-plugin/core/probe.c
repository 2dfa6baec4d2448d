#include "probe.h"

#include <stdio.h>
#include <string.h>

#include "../quote.h"
#include "command.h"
#include "tell.h"

const char *probe_line(char *text, size_t size, const struct instance *instance,
                       const char *beginning)
{
    const struct session *session = &instance->session;
    const char *at = session->messages, *const end = at + session->messages_length;
    size_t length = strlen(beginning);

    text[0] = '\0';
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        size_t span = newline == NULL ? (size_t)(end - at) : (size_t)(newline - at);

        if (span >= length && memcmp(at, beginning, length) == 0)
            return quote_for_display(text, size, at + length, span - length);
        at += span + 1;
    }
    return text;
}

static bool says(const struct instance *instance, const char *words)
{
    return strstr(instance->why, words) != NULL;
}

enum probe_step probe_step_of(const struct instance *instance)
{
    static const char *const refusals[] = {"operator's policy", "cf-pcap.policy",
                                           "only in an SSH session"};
    const struct session *session = &instance->session;

    /* Ours names the filter, diego-release's tool only the error of libpcap. */
    if (says(instance, "filter '" COMMAND_WRONG_FILTER "': ") || says(instance, "syntax error"))
        return PROBE_PASSED;
    if (session->cause != CAUSE_ITSELF || instance->login_failed || instance->no_shell)
        return PROBE_CONNECTION;
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
        if (says(instance, refusals[i]))
            return PROBE_POLICY;
    if (says(instance, "the capture tool") || session->status > 2)
        return PROBE_TOOL;
    return PROBE_CAPABILITY;
}

int probe_next(struct core *core, struct core_action *action)
{
    for (size_t i = 0; i < core->count; i++) {
        struct instance *instance = core->instances[i];

        if (!instance->ended && instance->session.state == SESSION_OVER)
            tell_end(core, instance);
    }
    if (!stop_is_over(core) || !outputs_are_closed(core))
        return ACTION_WAIT;
    action->status = 0;
    return ACTION_FINISH;
}
