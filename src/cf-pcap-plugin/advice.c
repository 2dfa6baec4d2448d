#include "advice.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

const char advice_deployed[] =
    "The app is being deployed, and cf ssh goes to the old version until that is gone.";

void advice_not_started(char *text, size_t size, int error)
{
    if (error == -EMFILE || error == -ENFILE)
        snprintf(text, size,
                 "too many files are open; each instance takes three for each interface (ulimit -n "
                 "shows how many there may be, ulimit -n 1024 allows more)");
    else
        snprintf(text, size, "%s", strerror(-error));
}

const char *advice_for_ssh(const char *error, bool http_proxy, bool all_proxy)
{
    static const char *const unreachable[] = {"no such host",     "server misbehaving",
                                              "i/o timeout",      "connection refused",
                                              "no route to host", "network is unreachable"};

    if (strstr(error, "SSH session allocation failed") != NULL)
        return "; an app that was started before SSH was enabled takes a restart";
    if (!http_proxy || all_proxy || strstr(error, "dial tcp") == NULL)
        return "";
    for (size_t i = 0; i < sizeof unreachable / sizeof *unreachable; i++)
        if (strstr(error, unreachable[i]) != NULL)
            return "; the cf CLI does not use an HTTP proxy for SSH: behind one it takes a SOCKS5 "
                   "proxy, all_proxy=socks5://HOST:PORT";
    return "";
}

static bool is_set(const char *name)
{
    const char *value = getenv(name);

    return value != NULL && *value != '\0';
}

bool advice_http_proxy_alone(void)
{
    return (is_set("https_proxy") || is_set("HTTPS_PROXY") || is_set("http_proxy") ||
            is_set("HTTP_PROXY")) &&
           !is_set("all_proxy") && !is_set("ALL_PROXY");
}

bool advice_is_noise(const char *line, size_t length)
{
    return text_find(line, length, "warning: setlocale: ") != NULL;
}

/* What is usual where a capture has no packet; "": nothing can be said. */
static const char *usual(const struct interfaces *interfaces, const char *filter)
{
    bool outside = interfaces_have(interfaces, "eth0"), inside = interfaces_have(interfaces, "lo");

    if (inside && !outside)
        return " What the app connects to by itself is on eth0: --interface eth0, or any for both.";
    if (filter == NULL)
        return "";
    if (outside && !inside)
        return " What comes by the app's route is TLS there, at another port; in plaintext, at the "
               "app's own port, it is on lo: --interface lo.";
    return " Without it, or with a part of it, there may be some.";
}

bool advice_quiet(char *text, size_t size, const struct interfaces *interfaces, const char *filter,
                  bool so_far)
{
    const char *advice = usual(interfaces, filter);
    char names[INTERFACES_TEXT_SIZE];

    snprintf(text, size, "%s packet %s %s%s.%s", so_far ? "So far no" : "No",
             filter != NULL ? "on" : "came on", interfaces_text(names, interfaces, "or"),
             filter != NULL ? " matches the filter" : " (SSH is left out)", advice);
    return *advice != '\0';
}

static bool is_letter(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '_' || byte == '-' || byte == '.';
}

/* Is it in the filter, with no letter before it, and none behind it? */
static bool has_word(const char *filter, const char *word)
{
    for (const char *at = filter; (at = strstr(at, word)) != NULL; at++)
        if ((at == filter || !is_letter(at[-1])) && !is_letter(at[strlen(word)]))
            return true;
    return false;
}

static bool looks_at_bytes(const char *filter, const char *protocol)
{
    const char *at = filter;

    while (has_word(at, protocol)) {
        at = strstr(at, protocol) + strlen(protocol);
        if (at[strspn(at, " ")] == '[')
            return true;
    }
    return false;
}

const char *advice_filter(const struct interfaces *interfaces, const char *filter)
{
    if (filter != NULL && (looks_at_bytes(filter, "tcp") || looks_at_bytes(filter, "udp")) &&
        !looks_at_bytes(filter, "ip6") && !has_word(filter, "ip"))
        return "Note: tcp[...] and udp[...] in a filter match IPv4 alone. TCP's flags over IPv6 "
               "are "
               "ip6[53], where ip6[6] = 6: or (ip6[6] = 6 and ip6[53] & 2 != 0) for SYN.";
    if (filter != NULL && has_word(filter, "vlan") && strstr(filter, "or (vlan") == NULL)
        return "Note: behind 'vlan' all of the filter looks behind the tag, also what follows "
               "'or'. "
               "What is to match without a tag stands before it: tcp port 80 or (vlan and tcp port "
               "80).";
    if (interfaces_have(interfaces, "any") && (filter == NULL || strstr(filter, "61001") == NULL))
        return "Note: on any, what comes by the app's route is there twice: as TLS at port 61001, "
               "and in plaintext on lo. Each once: -f 'not tcp port 61001'.";
    return NULL;
}
