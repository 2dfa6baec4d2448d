#include "logline.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILTER_SHOWN = 200 };

int logline_open(pid_t process)
{
    char path[64];
    struct stat status;
    int fd = -1;

    /* Look before opening: opening a device may have an effect. */
    snprintf(path, sizeof path, "/proc/%d/fd/1", (int)process);
    int place = open(path, O_PATH | O_CLOEXEC);
    if (place < 0)
        return -errno;
    if (fstat(place, &status) != 0 || !S_ISFIFO(status.st_mode)) {
        close(place);
        return -ENOTSUP;
    }
    snprintf(path, sizeof path, "/proc/self/fd/%d", place);
    fd = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        fd = -errno;
    close(place);
    return fd;
}

/* Makes one line of snprintf's result. */
static size_t finish(char line[LOGLINE_MAX])
{
    size_t length = strnlen(line, LOGLINE_MAX - 2);

    for (size_t i = 0; i < length; i++)
        if (line[i] < ' ' || line[i] > '~')
            line[i] = '?';
    line[length] = '\n';
    line[length + 1] = '\0';
    return length + 1;
}

size_t logline_text_started(char line[LOGLINE_MAX], pid_t id, const char *interface,
                            uint32_t snaplen, const char *filter)
{
    size_t length = strlen(filter);

    snprintf(line, LOGLINE_MAX,
             length == 0 ? "cf-pcap[%d]: packet capture started: interface %.32s, snaplen %" PRIu32
                           ", no filter%.*s%s"
                         : "cf-pcap[%d]: packet capture started: interface %.32s, snaplen %" PRIu32
                           ", filter '%.*s%s'",
             (int)id, interface, snaplen, FILTER_SHOWN, filter, length > FILTER_SHOWN ? "..." : "");
    return finish(line);
}

size_t logline_text_ended(char line[LOGLINE_MAX], pid_t id, uint64_t seconds, uint64_t captured,
                          int64_t dropped)
{
    char count[24] = "an unknown number";

    if (dropped >= 0)
        snprintf(count, sizeof count, "%" PRId64, dropped);
    snprintf(line, LOGLINE_MAX,
             "cf-pcap[%d]: packet capture ended after %" PRIu64 " s: %" PRIu64
             " packets captured, %s dropped",
             (int)id, seconds, captured, count);
    return finish(line);
}

static void put(int fd, const char *line, size_t length)
{
    /* Whole or not at all (pipe(7), PIPE_BUF). If there is no room, the log has fallen behind. */
    ssize_t written = write(fd, line, length);

    (void)written;
}

void logline_started(int fd, pid_t id, const char *interface, uint32_t snaplen, const char *filter)
{
    char line[LOGLINE_MAX];

    if (fd >= 0)
        put(fd, line, logline_text_started(line, id, interface, snaplen, filter));
}

void logline_ended(int fd, pid_t id, uint64_t seconds, uint64_t captured, int64_t dropped)
{
    char line[LOGLINE_MAX];

    if (fd >= 0)
        put(fd, line, logline_text_ended(line, id, seconds, captured, dropped));
}
