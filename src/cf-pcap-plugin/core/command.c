#include "command.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../quote.h"

/*
 * The tool becomes the remote shell's process (exec), a child of the SSH daemon as it demands. End
 * of file on stdin ends it. diego-release's tool ignores that, and would go on in the container for
 * ever: so a subshell waits for the end of file as well, and sends SIGTERM.
 *
 * Another subshell gives signs of life: without them a connection that hangs looks like an app that
 * is quiet. It ends with the tool, or is told to by the first. Until then it holds the session's
 * stderr open, for which the SSH daemon waits: so it is not started where there is no tool, looks
 * after a second for the first time, and the sleep(1) it waits for does not hold anything.
 */
static const char shell[] =
    "p=${VCAP_APPLICATION#*\\\"process_id\\\":\\\"}; p=${p%%%%\\\"*}; "
    "echo \"" COMMAND_PLACE "$p $CF_INSTANCE_GUID\" >&2; "
    "exec 3<&0; beat=; if [ -x /tmp/lifecycle/cf-pcap ]; then { "
    "trap 'echo " COMMAND_ANSWER " >&2; kill $s; exit' TERM; i=1; "
    "while sleep $i >/dev/null 2>&1 & s=$!; wait $s && kill -0 $$; do echo " COMMAND_BEAT
    " >&2; i=%d; done; } </dev/null 3<&- >/dev/null & beat=$!; fi; "
    "{ read -r end <&3; kill $$ $beat; } >/dev/null 2>&1 & "
    "exec /tmp/lifecycle/cf-pcap 3<&- -interface ";

int command_make(char *command, size_t size, const char *interface, uint32_t snaplen,
                 const char *filter)
{
    int length = snprintf(command, size, shell, COMMAND_BEAT_INTERVAL);

    if (length < 0 || (size_t)length >= size || quote_word(command, size, interface) != 0)
        return -ENAMETOOLONG;
    size_t used = strlen(command);
    if (snaplen != 0)
        used += (size_t)snprintf(command + used, size - used, " -snaplen %u", (unsigned)snaplen);
    if (filter == NULL)
        return used < size ? 0 : -ENAMETOOLONG;
    if (used >= size || snprintf(command + used, size - used, " -filter ") >= (int)(size - used))
        return -ENAMETOOLONG;
    return quote_word(command, size, filter);
}

/* What the tool is told first to say about itself, and the operator's policy beside it, come on
 * stderr with all that it says otherwise. The filter is the shortest that no libpcap takes. */
static const char check[] =
    "t=/tmp/lifecycle/cf-pcap; if [ -x $t ]; then $t --version; cat $t.policy; fi >&2 2>/dev/null; "
    "exec $t >/dev/null -filter " COMMAND_WRONG_FILTER " -interface ";

int command_make_check(char *command, size_t size, const char *interface, uint32_t snaplen)
{
    if (size < sizeof check)
        return -ENAMETOOLONG;
    memcpy(command, check, sizeof check);
    if (quote_word(command, size, interface) != 0)
        return -ENAMETOOLONG;
    size_t used = strlen(command);
    if (snaplen != 0)
        used += (size_t)snprintf(command + used, size - used, " -snaplen %u", (unsigned)snaplen);
    return used < size ? 0 : -ENAMETOOLONG;
}
