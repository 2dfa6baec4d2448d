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
 * `answer`: what it does when it is told to end.
 */
#define SIGNS_OF_LIFE(answer)                                                                      \
    "{ trap '" answer                                                                              \
    "kill $s 2>/dev/null; exit' TERM; i=1; while sleep $i >/dev/null 2>&1 & s=$!; wait $s "        \
    "&& kill -0 $$; do echo " COMMAND_BEAT " >&2; i=%d; done; } </dev/null 3<&- >/dev/null & "     \
    "beat=$!; "
#define END_OF_INPUT_ENDS_IT "{ read -r end <&3; kill $$ $beat; } >/dev/null 2>&1 & "

/*
 * Nothing is started for that, and a file that is none is not waited for: it must cost the capture
 * nothing. os-release(5) is no longer than a few lines.
 */
#define TELLS_OS                                                                                   \
    "r=; o=; n=; [ ! -f /etc/os-release ] || while [ ${#n} -lt 64 ] && IFS== read -r k v; do "     \
    "n=x$n; [ \"$k\" != PRETTY_NAME ] || o=$v; done </etc/os-release; "                            \
    "read -r r </proc/sys/kernel/osrelease; "

static const char shell[] =
    "{ " TELLS_OS "} 2>/dev/null; echo \"" COMMAND_OS "Linux $r${o:+, $o}\" >&2; "
    "p=${VCAP_APPLICATION#*\\\"process_id\\\":\\\"}; p=${p%%%%\\\"*}; "
    "echo \"" COMMAND_PLACE "$p $CF_INSTANCE_GUID\" >&2; "
    "exec 3<&0; beat=; if [ -x /tmp/lifecycle/cf-pcap ]; then " SIGNS_OF_LIFE(
        "echo " COMMAND_ANSWER " >&2; ") "fi; " END_OF_INPUT_ENDS_IT
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

/*
 * tail(1) waits for a file that is not there, begins anew with one that takes its place, and with
 * one that is truncated; busybox's does, too. It looks every second, or four times a second where
 * it takes fractions. It is the shell's process, as the tool is above, and the subshells beside it
 * are the same. What the file is cannot be asked after it is opened: so it is asked before. A pipe
 * is not opened at all: what is read there is missing for its reader, and the app that writes
 * would be ended by SIGPIPE when tail is.
 */
static const char keys_begin[] = "exec 3<&0; " SIGNS_OF_LIFE("") END_OF_INPUT_ENDS_IT "f=";
static const char keys_end[] =
    "; if [ -d \"$f\" ]; then k=folder; elif [ ! -e \"$f\" ]; then k=missing; "
    "elif [ ! -f \"$f\" ]; then echo it is a pipe or a device >&2; kill $beat; exit 1; "
    "elif [ -r \"$f\" ]; then k=followed; else k=unreadable; fi; "
    "if command -v tail >/dev/null; then echo \"" COMMAND_KEYS "$k\" >&2; "
    "else echo there is no tail in the container >&2; kill $beat; exit 127; fi; "
    "i=0.25; tail -n 0 -s $i /dev/null 2>/dev/null || i=1; "
    "exec tail -c %d -s $i -F -- \"$f\" 3<&- </dev/null 2>/dev/null";

int command_make_keys(char *command, size_t size, const char *file)
{
    int length = snprintf(command, size, keys_begin, COMMAND_BEAT_INTERVAL);

    if (length < 0 || (size_t)length >= size || quote_word(command, size, file) != 0)
        return -ENAMETOOLONG;
    size_t used = strlen(command);
    length = snprintf(command + used, size - used, keys_end, COMMAND_KEYS_MAX);
    return length >= 0 && (size_t)length < size - used ? 0 : -ENAMETOOLONG;
}

/*
 * `ahosts` gives addresses of both families; where getent(1) does not know it (status 1) `hosts`
 * does. An old busybox has a timeout(1) with other arguments; without one the resolver's own limits
 * count. A name server that does not answer would take as long for each name.
 *
 * End of file on stdin ends the shell, as it ends the tool above, and the shell ends what it waits
 * for: a signal interrupts `wait` alone, so what may take long is in the background.
 */
static const char resolve_begin[] =
    "command -v getent >/dev/null || { echo there is no getent in the container >&2; exit 127; }; "
    "exec 3<&0; beat=; trap 'kill $! 2>/dev/null; exit' TERM; " END_OF_INPUT_ENDS_IT
    "ask() { $t getent $1 $2 2>/dev/null 3<&- & wait $!; s=$?; }; "
    "t=; timeout 5 true 2>/dev/null && t='timeout 5'; i=0; late=; for h in";
static const char resolve_end[] =
    "; do echo \"" COMMAND_HOST "$i\"; i=$((i + 1)); ask ahosts $h; [ $s != 1 ] || ask hosts $h; "
    "case $s in 124 | 143) [ -z \"$late\" ] || { echo the name server does not answer >&2; exit 1; "
    "}; "
    "late=1 ;; esac; done </dev/null; exit 0";

int command_make_resolve(char *command, size_t size, const struct hosts *hosts)
{
    size_t used = strlen(resolve_begin);

    if (used >= size)
        return -ENAMETOOLONG;
    memcpy(command, resolve_begin, used + 1);
    for (size_t i = 0; i <= hosts->count; i++) {
        const char *word = i < hosts->count ? hosts->names[i] : resolve_end;
        int length =
            snprintf(command + used, size - used, "%s%s", i < hosts->count ? " " : "", word);

        if (length < 0 || (size_t)length >= size - used)
            return -ENAMETOOLONG;
        used += (size_t)length;
    }
    return 0;
}
