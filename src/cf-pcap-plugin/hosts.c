#include "hosts.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define DIGITS "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* Bytes [at, end) of a text that need not be terminated. */
struct span {
    const char *at, *end;
};

static bool has(const char *set, char byte)
{
    return byte != '\0' && strchr(set, byte) != NULL;
}

static bool is_of(struct span span, const char *set)
{
    for (const char *at = span.at; at < span.end; at++)
        if (!has(set, *at))
            return false;
    return true;
}

/* The first byte of the set; the end, where there is none. */
static const char *find(struct span span, const char *set)
{
    const char *at = span.at;

    while (at < span.end && !has(set, *at))
        at++;
    return at;
}

static const char *find_last(struct span span, char byte)
{
    for (const char *at = span.end; at > span.at; at--)
        if (at[-1] == byte)
            return at - 1;
    return NULL;
}

/* A name, and no address. */
static bool is_name(struct span span)
{
    size_t length = (size_t)(span.end - span.at);

    return length > 0 && length < HOST_NAME_SIZE && is_of(span, LETTERS DIGITS "-._") &&
           !has("-.", *span.at) && !is_of(span, DIGITS "-._");
}

static void add(struct hosts *hosts, struct span span)
{
    char name[HOST_NAME_SIZE];

    if (!is_name(span) || hosts->count == HOSTS_MAX)
        return;
    snprintf(name, sizeof name, "%.*s", (int)(span.end - span.at), span.at);
    if (strcasecmp(name, "localhost") == 0)
        return;
    for (size_t i = 0; i < hosts->count; i++)
        if (strcasecmp(hosts->names[i], name) == 0)
            return;
    memcpy(hosts->names[hosts->count++], name, sizeof name);
}

void hosts_add(struct hosts *hosts, const char *name)
{
    add(hosts, (struct span){name, name + strlen(name)});
}

bool hosts_has(const struct hosts *hosts, const char *name)
{
    for (size_t i = 0; i < hosts->count; i++)
        if (strcmp(hosts->names[i], name) == 0)
            return true;
    return false;
}

/* The filter. */

static bool is_one_of(struct span word, const char *const *words)
{
    size_t length = (size_t)(word.end - word.at);

    for (; *words != NULL; words++)
        if (strlen(*words) == length && memcmp(word.at, *words, length) == 0)
            return true;
    return false;
}

void hosts_of_filter(struct hosts *hosts, const char *filter)
{
    if (filter == NULL || *filter == '\0')
        return;
    static const char *const before[] = {"host", "src", "dst", "gateway", NULL};
    static const char *const between[] = {"and", "or", "not", NULL};
    static const char *const others[] = {"net", "port", "portrange", NULL};
    static const char separators[] = " \t\r\n()&|!";
    struct span rest = {filter, filter + strlen(filter)};
    bool follows = false, goes_on = false;

    while (rest.at < rest.end) {
        struct span word = {rest.at, find(rest, separators)};
        bool has_dot = memchr(word.at, '.', (size_t)(word.end - word.at)) != NULL;

        rest.at = word.end < rest.end ? word.end + 1 : word.end;
        if (word.at == word.end || is_one_of(word, between))
            continue;
        if (is_one_of(word, before)) {
            follows = goes_on = true;
            continue;
        }
        /* `host a.b or c.d` names two. A word without a dot may be one of the language there. */
        follows = follows && !is_one_of(word, others);
        goes_on = follows || (goes_on && has_dot);
        if (goes_on)
            add(hosts, word);
        follows = false;
    }
}

/* Values of fields. */

/* HOST or HOST:PORT */
static void add_with_port(struct hosts *hosts, struct span span)
{
    while (span.at < span.end && has(" ", *span.at))
        span.at++;
    struct span host = {span.at, find(span, ":")};
    struct span port = {host.end < span.end ? host.end + 1 : host.end, span.end};

    if (host.end == span.end || (port.at < port.end && is_of(port, DIGITS)))
        add(hosts, host);
}

void hosts_add_value(struct hosts *hosts, const char *text, size_t length)
{
    if (text == NULL || length == 0)
        return;
    struct span value = {text, text + length};
    const char *user_end = find_last(value, '@');

    for (const char *at = value.at; value.end - at > 3; at++)
        if (memcmp(at, "://", 3) == 0) {
            value.at = at + 3;
            value.end = find(value, "/?#;\\");
            break;
        }
    if (user_end != NULL && (user_end < value.at || user_end >= value.end))
        return;
    if (user_end != NULL)
        value.at = user_end + 1;
    while (value.at < value.end) {
        struct span host = {value.at, find(value, ",")};

        add_with_port(hosts, host);
        value.at = host.end < value.end ? host.end + 1 : host.end;
    }
}
