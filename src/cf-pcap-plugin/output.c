#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIPE_BYTES = 256 * 1024 };

void output_widen_pipe(int fd)
{
    int size = fcntl(fd, F_GETPIPE_SZ);

    if (size >= 0 && size < PIPE_BYTES)
        fcntl(fd, F_SETPIPE_SZ, PIPE_BYTES);
}

int output_init(struct output *output)
{
    *output = (struct output){.fd = -1, .restore_flags = -1};
    output->buffer = malloc(OUTPUT_BUFFER);
    return output->buffer == NULL ? -ENOMEM : 0;
}

const char *output_objection(const char *path)
{
    char copy[PATH_MAX];
    struct stat status;

    if (strcmp(path, "-") == 0)
        return isatty(STDOUT_FILENO)
                   ? "a capture is not for a terminal: give a file, or a pipe (| tcpdump -n -r -)"
                   : NULL;
    if (strlen(path) >= sizeof copy)
        return strerror(ENAMETOOLONG);
    if (stat(path, &status) == 0) {
        if (S_ISDIR(status.st_mode))
            return strerror(EISDIR);
        return access(path, W_OK) == 0 ? NULL : strerror(errno);
    }
    if (errno != ENOENT)
        return strerror(errno);
    snprintf(copy, sizeof copy, "%s", path);
    return access(dirname(copy), W_OK | X_OK) == 0 ? NULL : strerror(errno);
}

bool output_is_pipe(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && S_ISFIFO(status.st_mode);
}

/* A pipe or socket whose reader is slow must not keep the loop from its signals and timers. */
static int unblock(struct output *output)
{
    struct stat status;

    if (fstat(output->fd, &status) != 0)
        return -errno;
    if (!S_ISFIFO(status.st_mode) && !S_ISSOCK(status.st_mode))
        return 0;
    output_widen_pipe(output->fd);
    int flags = fcntl(output->fd, F_GETFL);
    if (flags < 0 || fcntl(output->fd, F_SETFL, flags | O_NONBLOCK) != 0)
        return -errno;
    if (!output->opened) /* others share it: `cf`, the shell */
        output->restore_flags = flags;
    return 0;
}

int output_open(struct output *output, const char *path)
{
    if (strcmp(path, "-") == 0) {
        output->fd = STDOUT_FILENO;
    } else {
        output->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
        if (output->fd < 0)
            return -errno;
        output->opened = true;
    }
    return unblock(output);
}

int output_flush(struct output *output)
{
    while (output->done < output->used) {
        ssize_t count =
            write(output->fd, output->buffer + output->done, output->used - output->done);

        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return errno == EWOULDBLOCK ? -EAGAIN : -errno;
        output->done += (size_t)count;
    }
    output->written += output->used;
    output->used = 0;
    output->done = 0;
    return 0;
}

uint8_t *output_reserve(struct output *output, size_t length, int *error)
{
    if (length > OUTPUT_BUFFER - output->used) {
        *error = output_flush(output);
        if (*error != 0)
            return NULL;
    }
    return output->buffer + output->used;
}

void output_cut(struct output *output, output_span *span)
{
    size_t whole = 0;

    while (whole < output->done) {
        size_t length = span(output->buffer + whole);

        if (length == 0 || length > output->done - whole)
            break;
        whole += length;
    }
    /* Nothing can be done if it fails: on a pipe it must. */
    if (output->opened && ftruncate(output->fd, (off_t)(output->written + whole)) != 0)
        errno = 0;
    output->used = 0;
    output->done = 0;
}

int output_close(struct output *output)
{
    int result = 0;

    if (output->restore_flags >= 0)
        fcntl(output->fd, F_SETFL, output->restore_flags);
    if (output->opened && close(output->fd) != 0)
        result = -errno;
    output->fd = -1;
    free(output->buffer);
    output->buffer = NULL;
    return result;
}
