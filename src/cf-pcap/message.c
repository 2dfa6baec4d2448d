#include "message.h"

#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 4096 };

/*
 * One write if the line is short enough, PIPE_BUF in pipe(7), so that lines of several programs on
 * one stderr do not mix. Such a write does not block if poll says that there is room. A line
 * without room is dropped: a capture does not wait for a reader of its messages. If stderr is gone,
 * there is no way to report it.
 */
void message_write(const char *line, size_t length)
{
    struct pollfd room = {.fd = STDERR_FILENO, .events = POLLOUT};
    size_t done = 0;

    while (done < length && poll(&room, 1, 0) == 1 && (room.revents & POLLOUT) != 0) {
        size_t piece = length - done < PIPE_BUF ? length - done : PIPE_BUF;
        ssize_t written = write(STDERR_FILENO, line + done, piece);

        if (written <= 0)
            return;
        done += (size_t)written;
    }
}

void message(const char *format, ...)
{
    static const char hex[] = "0123456789abcdef";
    static const char prefix[] = "cf-pcap: ";
    char text[LINE_MAX_BYTES];
    char line[sizeof prefix + 4 * sizeof text];
    size_t used = sizeof prefix - 1;
    va_list arguments;

    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length < 0)
        return;
    if ((size_t)length >= sizeof text)
        memcpy(text + sizeof text - 4, "...", 4);

    memcpy(line, prefix, used);
    for (const char *at = text; *at != '\0'; at++) {
        unsigned char byte = (unsigned char)*at;

        if (byte >= 0x20 && byte < 0x7f) {
            line[used++] = *at;
            continue;
        }
        if (byte == '\t') {
            line[used++] = ' ';
            continue;
        }
        line[used++] = '\\';
        line[used++] = 'x';
        line[used++] = hex[byte >> 4];
        line[used++] = hex[byte & 15];
    }
    line[used++] = '\n';

    message_write(line, used);
}
