#include "filter_hint.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Fields of display filters, and the capture filter for one that is equal to a value. */
static const struct {
    const char *field;
    const char *filter; /* %.*s: the value; or without it */
} fields[] = {
    {"ip.addr", "host %.*s"},
    {"ipv6.addr", "host %.*s"},
    {"ip.host", "host %.*s"},
    {"ip.src", "src host %.*s"},
    {"ip.src_host", "src host %.*s"},
    {"ipv6.src", "src host %.*s"},
    {"ip.dst", "dst host %.*s"},
    {"ip.dst_host", "dst host %.*s"},
    {"ipv6.dst", "dst host %.*s"},
    {"ip.proto", "ip proto %.*s"},
    {"ip.ttl", "ip[8] = %.*s"},
    {"ip.len", "ip[2:2] = %.*s"},
    {"tcp.port", "tcp port %.*s"},
    {"tcp.srcport", "tcp src port %.*s"},
    {"tcp.dstport", "tcp dst port %.*s"},
    {"udp.port", "udp port %.*s"},
    {"udp.srcport", "udp src port %.*s"},
    {"udp.dstport", "udp dst port %.*s"},
    {"eth.addr", "ether host %.*s"},
    {"eth.src", "ether src %.*s"},
    {"eth.dst", "ether dst %.*s"},
    {"eth.type", "ether proto %.*s"},
    {"vlan.id", "vlan %.*s"},
    {"frame.len", "len = %.*s"},
    {"icmp.type", "icmp[icmptype] = %.*s"},
    {"tcp.flags.syn", "tcp[tcpflags] & tcp-syn != 0"},
    {"tcp.flags.ack", "tcp[tcpflags] & tcp-ack != 0"},
    {"tcp.flags.fin", "tcp[tcpflags] & tcp-fin != 0"},
    {"tcp.flags.push", "tcp[tcpflags] & tcp-push != 0"},
    {"tcp.flags.reset", "tcp[tcpflags] & tcp-rst != 0"},
};

/* Protocols that display filters know by name: the ports they use mostly. */
static const struct {
    const char *name;
    const char *filter;
} protocols[] = {
    {"http", "tcp port 80"},
    {"http2", "tcp port 443"},
    {"http3", "udp port 443"},
    {"https", "tcp port 443"},
    {"tls", "tcp port 443"},
    {"ssl", "tcp port 443"},
    {"quic", "udp port 443"},
    {"websocket", "tcp port 443"},
    {"grpc", "tcp port 443"},
    {"dns", "port 53"},
    {"mdns", "udp port 5353"},
    {"dhcp", "udp port 67 or udp port 68"},
    {"bootp", "udp port 67 or udp port 68"},
    {"ntp", "udp port 123"},
    {"ssh", "tcp port 22"},
    {"ftp", "tcp port 21"},
    {"smtp", "tcp port 25 or tcp port 587"},
    {"imap", "tcp port 143"},
    {"pop", "tcp port 110"},
    {"ldap", "tcp port 389"},
    {"snmp", "udp port 161"},
    {"syslog", "udp port 514"},
    {"smb", "tcp port 445"},
    {"smb2", "tcp port 445"},
    {"nfs", "port 2049"},
    {"mysql", "tcp port 3306"},
    {"pgsql", "tcp port 5432"},
    {"postgres", "tcp port 5432"},
    {"tds", "tcp port 1433"},
    {"redis", "tcp port 6379"},
    {"resp", "tcp port 6379"},
    {"mongo", "tcp port 27017"},
    {"amqp", "tcp port 5672"},
    {"mqtt", "tcp port 1883"},
    {"kafka", "tcp port 9092"},
    {"memcache", "tcp port 11211"},
    {"nats", "tcp port 4222"},
    {"sip", "port 5060"},
    {"icmpv6", "icmp6"},
    {"ipv6", "ip6"},
    {"eth", "ether"},
};

static const char separators[] = " \t\r\n()!&|=<>\"'";

/* UTF-8 of U+2018 to U+201F: quotation marks, single up to U+201B, double from U+201C on. */
static bool is_quote(const char *at)
{
    const unsigned char *bytes = (const unsigned char *)at;

    return bytes[0] == 0xe2 && bytes[1] == 0x80 && bytes[2] >= 0x98 && bytes[2] <= 0x9f;
}

static bool is_word(const char *at, size_t length, const char *word)
{
    return length == strlen(word) && strncmp(at, word, length) == 0;
}

/* The value behind == or eq, if they stand here. */
static const char *value_behind(const char *at, size_t *length)
{
    at += strspn(at, " \t");
    if (strncmp(at, "==", 2) == 0)
        at += 2;
    else if (strncmp(at, "eq", 2) == 0 && (at[2] == ' ' || at[2] == '\t'))
        at += 3;
    else
        return NULL;
    at += strspn(at, " \t\"'");
    *length = strcspn(at, separators);
    return *length == 0 || *length > 64 ? NULL : at;
}

/* The filter for a field and what stands behind it. "": none is known. */
static void field_filter(const char *field, size_t length, char *filter, size_t size)
{
    size_t value_length = 0;
    const char *value = value_behind(field + length, &value_length);

    *filter = '\0';
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (!is_word(field, length, fields[i].field))
            continue;
        const char *place = strstr(fields[i].filter, "%.*s");
        if (place == NULL)
            snprintf(filter, size, "%s", fields[i].filter);
        else if (value != NULL)
            snprintf(filter, size, "%.*s%.*s%s", (int)(place - fields[i].filter), fields[i].filter,
                     (int)value_length, value, place + strlen("%.*s"));
        return;
    }
}

static const char *protocol_filter(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof protocols / sizeof protocols[0]; i++)
        if (is_word(name, length, protocols[i].name))
            return protocols[i].filter;
    return NULL;
}

/* A word with a dot behind a protocol's name, as http.request, or a field of the table. */
static bool is_field(const char *word, size_t length)
{
    static const char *const families[] = {"ip",   "ipv6", "tcp",  "udp", "eth", "frame",
                                           "vlan", "icmp", "sctp", "_ws", "arp"};
    const char *dot = memchr(word, '.', length);
    size_t family = dot == NULL ? 0 : (size_t)(dot - word);

    if (family == 0)
        return false;
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
        if (is_word(word, family, families[i]))
            return true;
    return protocol_filter(word, family) != NULL;
}

/* Whether a word is the name of something: `port http` is of this language. */
static bool names_something(const char *expression, const char *word)
{
    static const char *const before[] = {"port", "host", "net", "src", "dst", "proto", "gateway"};

    while (word > expression && strchr(separators, word[-1]) != NULL)
        word--;
    for (size_t i = 0; i < sizeof before / sizeof before[0]; i++) {
        size_t length = strlen(before[i]);
        if ((size_t)(word - expression) >= length &&
            strncmp(word - length, before[i], length) == 0 &&
            ((size_t)(word - expression) == length || strchr(separators, word[-(int)length - 1])))
            return true;
    }
    return false;
}

static void display_hint(const char *word, size_t length, char hint[FILTER_HINT])
{
    const char *family =
        protocol_filter(word, strcspn(word, ".") < length ? strcspn(word, ".") : length);
    char filter[128] = "";

    if (memchr(word, '.', length) != NULL)
        field_filter(word, length, filter, sizeof filter);
    if (*filter == '\0' && family != NULL)
        snprintf(filter, sizeof filter, "%s", family);
    snprintf(hint, FILTER_HINT,
             "; '%.*s' is a word of Wireshark's display filters, and this is a capture filter, see "
             "pcap-filter(7)%s%s%s",
             (int)(length > 64 ? 64 : length), word, *filter == '\0' ? "" : ": try '", filter,
             *filter == '\0' ? "" : "'");
}

static bool is_operator(const char *word, size_t length)
{
    return is_word(word, length, "contains") || is_word(word, length, "matches");
}

void filter_hint(const char *expression, char hint[FILTER_HINT])
{
    const char *quote = strpbrk(expression, "\"'");

    *hint = '\0';
    for (const char *at = expression; *at != '\0'; at++) {
        if (is_quote(at)) {
            snprintf(
                hint, FILTER_HINT,
                "; it has typographic quotation marks (U+20%02X): type the filter anew between "
                "' and '",
                (unsigned)(unsigned char)at[2] - 0x80);
            return;
        }
        if (*at == '%' && at > expression && memchr(expression, ':', (size_t)(at - expression))) {
            snprintf(hint, FILTER_HINT,
                     "; an address stands in a filter without its zone, that is without '%.*s'",
                     (int)(strcspn(at, separators) > 20 ? 20 : strcspn(at, separators)), at);
            return;
        }
        bool begins = at == expression || strchr(separators, at[-1]) != NULL;
        size_t length = strcspn(at, separators);
        if (!begins || length == 0)
            continue;
        if (is_field(at, length) || is_operator(at, length) ||
            (protocol_filter(at, length) != NULL && !names_something(expression, at))) {
            display_hint(at, length, hint);
            return;
        }
    }
    if (quote != NULL)
        snprintf(hint, FILTER_HINT,
                 "; the quotation marks (%c) are part of the filter: leave one pair out", *quote);
}

void filter_shown(const char *expression, char *shown, size_t size)
{
    static const char more[] = "...";
    size_t used = 0;

    for (const char *at = expression; *at != '\0'; at++) {
        if (used + sizeof more >= size) {
            memcpy(shown + used, more, sizeof more);
            return;
        }
        if (is_quote(at)) {
            shown[used++] = (unsigned char)at[2] <= 0x9b ? '\'' : '"';
            at += 2;
        } else {
            shown[used++] = *at;
        }
    }
    shown[used] = '\0';
}
