#include "hint.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "option_value.h"
#include "quote.h"

enum { QUOTED_MAX = 512 /* bytes */, NAME_MAX_LENGTH = 24 };

/* The words of pcap-filter(7) that no app is likely to be called. */
static const char *const filter_words[] = {
    "and",   "arp",       "broadcast", "dst",  "ether", "gateway",   "greater", "host", "icmp",
    "icmp6", "ip",        "ip6",       "less", "mpls",  "multicast", "net",     "not",  "or",
    "port",  "portrange", "proto",     "sctp", "src",   "tcp",       "udp",     "vlan", NULL,
};

/* Long options of other programs, and ours for the same. */
static const struct {
    const char *typed, *ours;
} synonyms[] = {
    {"app-instance-index", "instance"}, /* cf ssh */
    {"bpf", "filter"},
    {"bytes", "max-size"},
    {"debug", "verbose"},
    {"dev", "interface"},
    {"device", "interface"},
    {"expression", "filter"},
    {"file", "output"},
    {"force", "yes"},
    {"iface", "interface"},
    {"index", "instance"},
    {"filesize", "max-size"},
    {"length", "snaplen"},
    {"limit", "count"},
    {"max", "count"},
    {"max-packets", "count"},
    {"packet-count", "count"},
    {"packets", "count"},
    {"seconds", "duration"},
    {"snapshot-length", "snaplen"}, /* tcpdump */
    {"time", "duration"},
    {"timeout", "duration"},
    {"type", "process"},
    {"write", "output"},
};

/* Options of tcpdump and others that `cf pcap` has no use for, and what to do in their place. */
static const struct {
    const char *words, *instead;
} habits[] = {
    {"-n -A -X -x -t -e -q -S -K",
     "it is for the program that reads the packets: cf pcap APP -o - | tcpdump -n -r -"},
    {"-C", "did you mean -c PACKETS, or --rotate-size SIZE?"},
    {"-G", "did you mean --rotate-time TIME?"},
    {"-W --files", "did you mean --keep FILES?"},
    {"-b --ring-buffer", "did you mean --rotate-size SIZE, --rotate-time TIME or --keep FILES?"},
    {"-l -U --packet-buffered --immediate-mode", "packets are written as they come"},
    {"-p --no-promiscuous-mode",
     "a capture is never promiscuous; for another process than web: --process"},
    {"-r --read", "to read a capture: tcpdump -n -r FILE"},
    {"-a --app --app-name", "the app is named without an option: cf pcap APP"},
    {"-D --list-interfaces", "the interfaces are eth0, lo and any: --interface NAME"},
    {"-v -vv", "did you mean --verbose?"},
    {"-V --version", "cf plugins shows the version"},
};

static bool is_one_of(const char *word, size_t length, const char *const *list)
{
    for (; *list != NULL; list++)
        if (strlen(*list) == length && strncmp(word, *list, length) == 0)
            return true;
    return false;
}

static bool looks_like_filter(const char *text)
{
    if (strpbrk(text, "=<>!&|()[]") != NULL)
        return true;
    while (*text != '\0') {
        size_t length = strcspn(text, " ");

        if (is_one_of(text, length, filter_words))
            return true;
        text += length + strspn(text + length, " ");
    }
    return false;
}

/* One, or several with commas between them. */
static bool looks_like_interface(const char *text)
{
    static const char *const others[] = {"lo", "any", NULL};

    do {
        size_t length = strcspn(text, ",");

        if (!is_one_of(text, length, others) && (length < 4 || strncmp(text, "eth", 3) != 0 ||
                                                 strspn(text + 3, "0123456789") != length - 3))
            return false;
        text += length;
    } while (*text++ == ',');
    return true;
}

/* For the shell the hint is pasted into; as it is, if it is too long for that. */
static const char *quoted(char buffer[QUOTED_MAX], const char *word)
{
    buffer[0] = '\0';
    return quote_word(buffer, QUOTED_MAX, word) == 0 ? buffer : word;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Letters to be put in, left out or exchanged to make one word of the other (Levenshtein). */
static size_t distance(const char *a, size_t a_length, const char *b)
{
    size_t b_length = strlen(b), row[NAME_MAX_LENGTH + 1];

    if (a_length > NAME_MAX_LENGTH || b_length > NAME_MAX_LENGTH)
        return NAME_MAX_LENGTH;
    for (size_t j = 0; j <= b_length; j++)
        row[j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            size_t above = row[j], change = diagonal + (a[i - 1] != b[j - 1]);

            row[j] = least(change, least(above, row[j - 1]) + 1);
            diagonal = above;
        }
    }
    return row[b_length];
}

/* Our option that is most like what was typed, or whose name begins so; NULL: none is. */
static const char *alike(const char *typed, size_t length, const struct option *known)
{
    const char *best = NULL;
    size_t best_distance = 3;

    for (size_t i = 0; i < sizeof synonyms / sizeof *synonyms; i++)
        if (strlen(synonyms[i].typed) == length && strncmp(typed, synonyms[i].typed, length) == 0)
            return synonyms[i].ours;
    for (; known->name != NULL; known++) {
        size_t is = distance(typed, length, known->name);

        if (is < best_distance && is < length) {
            best = known->name;
            best_distance = is;
        }
    }
    return best;
}

static const char *habit(const char *word, size_t length)
{
    for (size_t i = 0; i < sizeof habits / sizeof *habits; i++)
        for (const char *at = habits[i].words; *at != '\0'; at += strspn(at, " ")) {
            size_t at_length = strcspn(at, " ");

            if (at_length == length && strncmp(at, word, length) == 0)
                return habits[i].instead;
            at += at_length;
        }
    return NULL;
}

void hint_option(char *text, size_t size, const char *word, const char *letter,
                 const struct option *known)
{
    char single[] = "-?";
    const char *shown = letter != NULL ? single : word;
    if (letter != NULL)
        single[1] = *letter;
    size_t length = strcspn(shown, "=");
    const char *instead = habit(shown, length);

    if (instead != NULL) {
        snprintf(text, size, "there is no option %.*s: %s", (int)length, shown, instead);
        return;
    }
    size_t dashes = strspn(shown, "-");
    const char *ours =
        letter == NULL && dashes <= length ? alike(shown + dashes, length - dashes, known) : NULL;
    if (ours != NULL)
        snprintf(text, size, "there is no option %.*s; did you mean --%s?", (int)length, shown,
                 ours);
    else
        snprintf(text, size, "there is no option %.*s", (int)length, shown);
}

const char *hint_one_dash(const char *word, const struct option *known)
{
    if (word[0] != '-' || word[1] == '-' || word[1] == '\0')
        return NULL;
    for (; known->name != NULL; known++)
        if (strlen(known->name) == strcspn(word + 1, "=") &&
            strncmp(word + 1, known->name, strlen(known->name)) == 0)
            return known->name;
    return NULL;
}

void hint_stray(char *text, size_t size, const char *app, const char *stray)
{
    char buffer[QUOTED_MAX];
    const char *word = quoted(buffer, stray);

    if (looks_like_filter(stray))
        snprintf(text, size, "'%s' belongs to no option; a filter is one word: -f %s", stray, word);
    else if (looks_like_interface(stray))
        snprintf(text, size, "'%s' belongs to no option; did you mean --interface %s?", stray,
                 stray);
    else if (option_ends_in(stray, ".pcap") || option_ends_in(stray, ".pcapng") ||
             strcmp(stray, "-") == 0)
        snprintf(text, size, "'%s' belongs to no option; did you mean -o %s?", stray,
                 strcmp(stray, "-") == 0 ? stray : word);
    else if (*stray >= '0' && *stray <= '9' && strspn(stray, "0123456789,-") == strlen(stray))
        snprintf(text, size, "'%s' belongs to no option; did you mean -i %s?", stray, stray);
    else
        snprintf(text, size,
                 "'%s' is one name too many: only one app is captured at a time, here '%s'; a "
                 "filter would be -f %s",
                 stray, app, word);
}

/* Takes the quotes of typography (U+2018 to U+201F) out of a text. Were there any? */
static bool drop_false_quotes(char *text)
{
    char *to = text;

    for (const char *from = text; *from != '\0';) {
        if (strncmp(from, "\xe2\x80", 2) == 0 && (unsigned char)from[2] >= 0x98 &&
            (unsigned char)from[2] <= 0x9f)
            from += 3;
        else
            *to++ = *from++;
    }
    bool dropped = *to != '\0';
    *to = '\0';
    return dropped;
}

void hint_unquoted(char *text, size_t size, const char *filter, const char *rest)
{
    char joined[QUOTED_MAX], buffer[QUOTED_MAX];

    snprintf(joined, sizeof joined, "%s %s", filter, rest);
    if (drop_false_quotes(joined)) {
        snprintf(text, size, "%s %s: the quotes are not those of the keyboard; -f %s", filter, rest,
                 quoted(buffer, joined));
        return;
    }
    snprintf(text, size, "'%s' belongs to no option; a filter is one word: -f %s", rest,
             quoted(buffer, joined));
}

void hint_instance(char *text, size_t size, const char *value)
{
    if (looks_like_interface(value))
        snprintf(text, size, "--instance %s: not an instance index; did you mean --interface %s?",
                 value, value);
    else
        snprintf(text, size,
                 "--instance %s: not an instance index, such as 1, 0,2 or 0-3; without it all "
                 "instances are captured",
                 value);
}

bool hint_is_false_dash(const char *word)
{
    return strncmp(word, "\xe2\x80\x93", 3) == 0 || strncmp(word, "\xe2\x80\x94", 3) == 0 ||
           strncmp(word, "\xe2\x88\x92", 3) == 0;
}
