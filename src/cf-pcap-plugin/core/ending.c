#include "ending.h"

#include <stdio.h>
#include <string.h>

#include "../advice.h"
#include "../quote.h"
#include "text.h"

struct line {
    const char *text;
    size_t length;
};

/* Takes the last line off the messages; false when there is none. */
static bool last_line(const char *messages, size_t *length, struct line *line)
{
    while (*length > 0 && (messages[*length - 1] == '\n' || messages[*length - 1] == '\r'))
        --*length;
    size_t end = *length;
    while (*length > 0 && messages[*length - 1] != '\n')
        --*length;
    *line = (struct line){messages + *length, end - *length};
    return line->length > 0;
}

static bool begins(struct line line, const char *with)
{
    return line.length >= strlen(with) && memcmp(line.text, with, strlen(with)) == 0;
}

static const char *find(struct line line, const char *what)
{
    return text_find(line.text, line.length, what);
}

bool ending_has_no_counts(const char *messages, size_t length)
{
    return text_find(messages, length, "cf-pcap: cannot read the kernel's counts") != NULL;
}

bool ending_count(const char *messages, size_t length, const char *what, uint64_t *count)
{
    struct line line;

    while (last_line(messages, &length, &line)) {
        uint64_t value = 0;
        const char *at = line.text, *end = line.text + line.length - strlen(what);

        if (line.length <= strlen(what) || memcmp(end, what, strlen(what)) != 0)
            continue;
        if (begins(line, "cf-pcap: "))
            at += strlen("cf-pcap: ");
        if (at >= end)
            continue;
        for (; at < end && *at >= '0' && *at <= '9' && value < UINT64_MAX / 16; at++)
            value = value * 10 + (uint64_t)(*at - '0');
        if (at + 1 != end || *at != ' ')
            continue;
        *count = value;
        return true;
    }
    return false;
}

/* The last thing our tool said about itself that is more than a count or its greeting. */
static bool tool_line(const struct ending *ending, struct line *line)
{
    static const char prefix[] = "cf-pcap: ";
    size_t left = ending->messages_length;

    while (last_line(ending->messages, &left, line)) {
        if (!begins(*line, prefix) || line->length == sizeof prefix - 1 ||
            find(*line, " packets captured") != NULL ||
            find(*line, " packets received by filter") != NULL ||
            find(*line, " packets dropped by kernel") != NULL ||
            begins(*line, "cf-pcap: capturing on ") || begins(*line, "cf-pcap: note: "))
            continue;
        line->text += sizeof prefix - 1;
        line->length -= sizeof prefix - 1;
        return true;
    }
    return false;
}

/* diego-release's tool logs in Go's slog text format: level=ERROR msg="..." error="...". */
static bool stock_tool_line(const struct ending *ending, struct line *line)
{
    size_t left = ending->messages_length;

    while (last_line(ending->messages, &left, line)) {
        if (find(*line, "level=ERROR ") == NULL)
            continue;
        const char *error = find(*line, " error=");
        const char *at = error != NULL ? error + strlen(" error=") : find(*line, "msg=");

        if (at == NULL)
            return true;
        line->length -= (size_t)(at - line->text);
        line->text = at;
        return true;
    }
    return false;
}

/*
 * When it fails, or its command dies of a signal, the CLI prints a line on stdout, in the language
 * that `cf config --locale` sets: FAILED, "Process terminated by signal: ...". It is known by what
 * no garbage has: it is the last thing there is, it is one line, and the CLI's status says failure.
 */
static bool is_line_of_cli(const struct ending *ending)
{
    const struct stream *stream = ending->stream;
    const uint8_t *newline = memchr(stream->evidence, '\n', stream->evidence_length);

    if (ending->status <= 0 || newline == NULL ||
        newline != stream->evidence + stream->evidence_length - 1)
        return false;
    for (const uint8_t *at = stream->evidence; at < newline; at++)
        if (*at < ' ' || *at == 0x7f)
            return false;
    return true;
}

static bool stream_is_to_blame(const struct ending *ending)
{
    enum stream_state state = ending->stream->state;

    return (state == STREAM_NOT_PCAP || state == STREAM_BAD_RECORD) && !is_line_of_cli(ending);
}

static bool messages_contain(const struct ending *ending, const char *what)
{
    return text_find(ending->messages, ending->messages_length, what) != NULL;
}

static enum verdict from_stream(const struct ending *ending, char *text, size_t size)
{
    const struct stream *stream = ending->stream;
    const uint8_t *end = memchr(stream->evidence, '\n', stream->evidence_length);
    char shown[4 * STREAM_EVIDENCE_MAX + 8];

    /* Of text a line: what follows it differs from instance to instance, and says no more. */
    quote_for_display(shown, sizeof shown, stream->evidence,
                      end != NULL ? (size_t)(end - stream->evidence) : stream->evidence_length);
    if (stream->state == STREAM_NOT_PCAP)
        snprintf(text, size, "sent something that is no capture: \"%s\"", shown);
    else
        snprintf(text, size,
                 "sent something that is no packet, the capture of it ends there: \"%s\"", shown);
    return VERDICT_FAILED;
}

/* The CLI's last words, which may be a few lines; none, if the last ones are the tool's. */
static bool last_words(const struct ending *ending, char *text, size_t size)
{
    enum { LINES_MAX = 4 };
    size_t left = ending->messages_length;
    struct line lines[LINES_MAX];
    int count = 0;
    char joined[512];
    size_t used = 0;

    while (count < LINES_MAX && last_line(ending->messages, &left, &lines[count]) &&
           !begins(lines[count], "cf-pcap: "))
        count += !advice_is_noise(lines[count].text, lines[count].length);
    if (count == 0)
        return false;
    while (count-- > 0) {
        size_t length = lines[count].length;

        if (used > 0 && used < sizeof joined)
            joined[used++] = ' ';
        if (length > sizeof joined - used)
            length = sizeof joined - used;
        memcpy(joined + used, lines[count].text, length);
        used += length;
    }
    quote_for_display(text, size, joined, used);
    return true;
}

/* The SSH proxy can hand on that a command has ended before it hands on that it began. */
static bool answer_was_lost(const struct ending *ending)
{
    size_t left = ending->messages_length;
    struct line line;

    return last_line(ending->messages, &left, &line) && line.length == 3 && begins(line, "EOF");
}

static enum verdict from_status(const struct ending *ending, char *text, size_t size)
{
    const struct stream *stream = ending->stream;
    char shown[512];

    if (ending->status > 128 && is_line_of_cli(ending)) {
        quote_for_display(shown, sizeof shown, stream->evidence, stream->evidence_length - 1);
        snprintf(text, size, "the capture tool was ended: %s", shown);
        return VERDICT_FAILED;
    }
    if (!stream->has_header && ending->status != 0 && answer_was_lost(ending)) {
        snprintf(text, size,
                 "the capture tool ended at once, and what it said was lost on the way (EOF); "
                 "try again");
        return VERDICT_FAILED;
    }
    if (ending->status != 0 && last_words(ending, shown, sizeof shown)) {
        snprintf(text, size, "%s%s%s",
                 messages_contain(ending, "exited without exit status")
                     ? "the SSH connection was lost, as when the container ends: "
                     : "",
                 shown, advice_for_ssh(shown, ending->http_proxy_alone, false));
        return stream->has_header ? VERDICT_FAILED : VERDICT_LOGIN_FAILED;
    }
    if (stream->state == STREAM_CUT || stream->state == STREAM_BAD_RECORD) {
        snprintf(text, size, "was cut off in the middle of a packet");
        return VERDICT_FAILED;
    }
    if (ending->status > 0) {
        snprintf(text, size, "cf ssh ended with status %d and gave no reason", ending->status);
    } else if (ending->status < 0) {
        advice_not_started(shown, sizeof shown, ending->status);
        snprintf(text, size, "cf ssh could not be started: %s", shown);
    } else if (stream->state == STREAM_EMPTY) {
        snprintf(text, size, "cf ssh ended without a capture");
    } else {
        snprintf(text, size, "the capture ended by itself");
    }
    return ending->status == 0 && stream->state == STREAM_ENDED ? VERDICT_ENDED : VERDICT_FAILED;
}

enum verdict ending_explain(const struct ending *ending, char *text, size_t size)
{
    const struct stream *stream = ending->stream;
    struct line line;
    char shown[1024];

    if (!stream->has_header && ending->status == 127) {
        snprintf(
            text, size,
            "the capture tool is not in the container: either the operator of this platform has "
            "not enabled packet capture, or the app was started before they did; try 'cf "
            "restart %s', then ask the operator",
            ending->app);
        return VERDICT_FAILED;
    }
    if (!stream->has_header && messages_contain(ending, "Error opening SSH connection") &&
        messages_contain(ending, "not authorized")) {
        snprintf(text, size, "SSH into the container was refused");
        return VERDICT_SSH_REFUSED;
    }
    if (ending_without_shell(ending, text, size))
        return VERDICT_NO_SHELL;
    if (stream_is_to_blame(ending))
        return from_stream(ending, text, size);
    if (tool_line(ending, &line) || stock_tool_line(ending, &line)) {
        snprintf(text, size, "%s", quote_for_display(shown, sizeof shown, line.text, line.length));
        return ending->status == 0 && stream->state == STREAM_ENDED ? VERDICT_ENDED
                                                                    : VERDICT_FAILED;
    }
    if (!stream->has_header && ending->status == 126) {
        size_t left = ending->messages_length;

        while (last_line(ending->messages, &left, &line))
            if (!advice_is_noise(line.text, line.length))
                break;
        snprintf(text, size,
                 "the capture tool cannot be started in the container (%s); ask the "
                 "operator of this platform",
                 quote_for_display(shown, sizeof shown, line.text, line.length));
        return VERDICT_FAILED;
    }
    return from_status(ending, text, size);
}
