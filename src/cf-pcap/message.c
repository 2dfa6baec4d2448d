#include "message.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 4096 };

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

    /* One write, so that lines of several programs on one stderr do not mix. There is nobody to
     * tell when stderr itself is gone. */
    ssize_t ignored = write(STDERR_FILENO, line, used);
    (void)ignored;
}
