#include "advice.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void advice_not_started(char *text, size_t size, int error)
{
    if (error == -EMFILE || error == -ENFILE)
        snprintf(text, size,
                 "too many files are open; each instance takes three (ulimit -n shows how many "
                 "there may be, ulimit -n 1024 allows more)");
    else
        snprintf(text, size, "%s", strerror(-error));
}

const char *advice_for_ssh(const char *error, bool http_proxy, bool all_proxy)
{
    static const char *const unreachable[] = {"no such host",     "server misbehaving",
                                              "i/o timeout",      "connection refused",
                                              "no route to host", "network is unreachable"};

    if (!http_proxy || all_proxy || strstr(error, "Error opening SSH connection") == NULL)
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
    static const char noise[] = "warning: setlocale: ";

    for (size_t at = 0; at + sizeof noise - 1 <= length; at++)
        if (memcmp(line + at, noise, sizeof noise - 1) == 0)
            return true;
    return false;
}

const char *advice_nothing_captured(const struct options *options)
{
    bool on_eth0 = strcmp(options->interface, "eth0") == 0;
    bool on_lo = strcmp(options->interface, "lo") == 0;

    if (on_eth0 && options->filter != NULL)
        return "No packet on eth0 matches the filter. What comes by the app's route is TLS there, "
               "at "
               "another port; in plaintext, at the app's own port, it is on lo: --interface lo.";
    if (on_lo && options->filter != NULL)
        return "No packet on lo matches the filter. What the app connects to by itself is on eth0: "
               "--interface eth0, or any for both.";
    if (options->filter != NULL)
        return "No packet matches the filter. Without it, or with a part of it, there may be some.";
    if (on_lo)
        return "No packet came on lo. What the app connects to by itself is on eth0: --interface "
               "eth0, or any for both.";
    return "No packet came: nothing was sent to these instances, and they sent nothing.";
}
