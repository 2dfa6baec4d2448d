#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "output_choice.h"
#include "system/system.h"

enum {
    PIPE_BYTES = 256 * 1024,
    NAMES_MAX = 1000, /* files of the same second */
    LINKS_MAX = 8,    /* that lead to each other */
};

void output_widen_pipe(int fd)
{
    system_widen_pipe(fd, PIPE_BYTES);
}

void output_init(struct output *output, const char *path, const char *app, bool pcapng)
{
    time_t now = time(NULL);
    struct tm local;
    char date[32];

    *output = (struct output){
        .path = path, .extension = pcapng ? "pcapng" : "pcap", .fd = -1, .restore_flags = -1};
    strftime(date, sizeof date, "%Y%m%d-%H%M%S", localtime_r(&now, &local));
    snprintf(output->name, sizeof output->name, "%.200s-%s", app, date);
    for (char *slash = output->name; (slash = strchr(slash, '/')) != NULL;)
        *slash = '_';
}

int output_rotate(struct output *output, uint64_t keep)
{
    char name[sizeof output->name + 16];

    output->rotates = true;
    snprintf(name, sizeof name, "%s.%s", output->name, output->extension);
    return output_files_init(&output->files, output->path == NULL ? name : output->path, keep);
}

void output_free(struct output *output)
{
    if (output->rotates)
        output_files_free(&output->files);
}

bool output_is_stdout(const struct output *output)
{
    return output->path != NULL && strcmp(output->path, "-") == 0;
}

const char *output_name(const struct output *output)
{
    if (output_is_stdout(output))
        return "standard output";
    if (output->rotates && output->files.count > 0)
        return output->files.name;
    return output->path != NULL ? output->path : output->name;
}

static const char *objection_to_folder(const char *path)
{
    char copy[PATH_MAX];

    snprintf(copy, sizeof copy, "%s", path);
    return access(dirname(copy), W_OK | X_OK) == 0 ? NULL : strerror(errno);
}

/* Of a file that is not there. A link that leads nowhere makes the file it names. */
static const char *objection_to_new(const char *path)
{
    char name[PATH_MAX], copy[PATH_MAX], target[PATH_MAX];

    if (path[strlen(path) - 1] == '/')
        return "it names a folder that is not there";
    snprintf(name, sizeof name, "%s", path);
    for (int links = 0; links < LINKS_MAX; links++) {
        ssize_t length = readlink(name, target, sizeof target - 1);

        if (length < 0)
            break;
        target[length] = '\0';
        snprintf(copy, sizeof copy, "%s", name);
        const char *folder = dirname(copy);
        int used = target[0] == '/' ? snprintf(name, sizeof name, "%s", target)
                                    : snprintf(name, sizeof name, "%s/%s", folder, target);
        if (used >= (int)sizeof name)
            return strerror(ENAMETOOLONG);
    }
    return objection_to_folder(name);
}

static bool is_terminal(const char *path)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    bool result = fd >= 0 && isatty(fd) == 1;

    if (fd >= 0)
        close(fd);
    return result;
}

/* Is another run writing this file? */
static bool is_being_written(const char *path)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK);
    bool locked = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;

    if (fd >= 0)
        close(fd);
    return locked;
}

bool output_is_pipe(const struct output *output)
{
    struct stat status;

    return output->path != NULL && stat(output->path, &status) == 0 &&
           (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode));
}

const char *output_objection(const struct output *output)
{
    static const char terminal[] =
        "a capture is not for a terminal: give a file, or a pipe (| tcpdump -n -r -)";
    const char *path = output->path;
    struct stat status;

    if (output->rotates && output_is_stdout(output))
        return "--rotate-size and --rotate-time make files; name one (-o FILE)";
    if (output_is_stdout(output) && isatty(STDOUT_FILENO) == 1)
        return terminal;
    if (path != NULL &&
        output_is_same(output_is_stdout(output) ? NULL : path, STDOUT_FILENO, STDERR_FILENO))
        return "standard error goes there, too, and messages would come between the packets: "
               "send them elsewhere (2> messages.txt)";
    if (output_is_stdout(output))
        return NULL;
    if (path == NULL)
        return objection_to_folder(output->name);
    if (strlen(path) >= PATH_MAX)
        return strerror(ENAMETOOLONG);
    if (stat(path, &status) != 0)
        return errno == ENOENT ? objection_to_new(path) : strerror(errno);
    if (S_ISCHR(status.st_mode) && is_terminal(path))
        return terminal;
    if (S_ISDIR(status.st_mode))
        return strerror(EISDIR);
    if (output->rotates) /* what is there is not touched: files are made beside it */
        return S_ISREG(status.st_mode) ? objection_to_folder(path) : "it is no file";
    if (access(path, W_OK) != 0)
        return strerror(errno);
    return S_ISREG(status.st_mode) && is_being_written(path) ? "another cf pcap is writing it"
                                                             : NULL;
}

/* A pipe or socket whose reader is slow must not keep the loop from its signals and timers. */
static int unblock(struct output *output)
{
    output_widen_pipe(output->fd);
    int flags = fcntl(output->fd, F_GETFL);

    if (flags < 0 || fcntl(output->fd, F_SETFL, flags | O_NONBLOCK) != 0)
        return -errno;
    if (!output->is_ours) /* others share it: `cf`, the shell */
        output->restore_flags = flags;
    return 0;
}

/* Of a file that is open: makes it this run's own. */
static int take(struct output *output)
{
    struct stat status;

    if (fstat(output->fd, &status) != 0)
        return -errno;
    if (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode))
        return unblock(output);
    output->is_on_disk = S_ISREG(status.st_mode);
    if (!output->is_on_disk || !output->is_ours)
        return 0;
    if (flock(output->fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        return -EBUSY; /* any other failure: a file system without locks */
    output->is_file = true;
    return ftruncate(output->fd, 0) == 0 ? 0 : -errno;
}

static int open_path(const char *path, int how)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | how, S_IRUSR | S_IWUSR);

    return fd < 0 ? -errno : fd;
}

/* APP-DATE-TIME.pcap, or APP-DATE-TIME-2.pcap, if that is there ... */
static int open_new(struct output *output)
{
    size_t length = strlen(output->name);
    int fd = -EEXIST;

    for (int number = 1; fd == -EEXIST && number <= NAMES_MAX; number++) {
        if (number == 1)
            snprintf(output->name + length, sizeof output->name - length, ".%s", output->extension);
        else
            snprintf(output->name + length, sizeof output->name - length, "-%d.%s", number,
                     output->extension);
        fd = open_path(output->name, O_EXCL);
    }
    return fd;
}

int output_find_reader(struct output *output)
{
    struct stat status;

    if (output->path == NULL || output->rotates || output_is_stdout(output) ||
        stat(output->path, &status) != 0 || !S_ISFIFO(status.st_mode))
        return 0;
    output->fd = open_path(output->path, O_NONBLOCK);
    return output->fd < 0 ? output->fd : 0;
}

int output_open(struct output *output)
{
    if (output_is_stdout(output)) {
        output->fd = STDOUT_FILENO;
    } else {
        output->is_ours = true;
        output->length = 0;
        if (output->rotates)
            output->fd = output_files_open(&output->files);
        else if (output->fd < 0) /* else it is a named pipe that has its reader */
            output->fd = output->path == NULL ? open_new(output) : open_path(output->path, 0);
        if (output->fd < 0)
            return output->fd;
    }
    return take(output);
}

ptrdiff_t output_write(struct output *output, const uint8_t *bytes, size_t length)
{
    ssize_t count;

    do
        count = write(output->fd, bytes, length);
    while (count < 0 && errno == EINTR);
    if (count < 0)
        return errno == EWOULDBLOCK ? -EAGAIN : -errno;
    output->length += (uint64_t)count;
    return count;
}

/* The disk that it will be on. */
static int disk_before(const struct output *output, struct statvfs *disk)
{
    const char *path = output->path == NULL ? output->name : output->path;
    struct stat status;
    char copy[PATH_MAX];

    if (output_is_stdout(output))
        return fstat(STDOUT_FILENO, &status) == 0 && S_ISREG(status.st_mode)
                   ? fstatvfs(STDOUT_FILENO, disk)
                   : -1;
    if (stat(path, &status) == 0)
        return S_ISREG(status.st_mode) ? statvfs(path, disk) : -1;
    snprintf(copy, sizeof copy, "%s", path);
    return statvfs(dirname(copy), disk);
}

int output_disk(const struct output *output, uint64_t *available, uint64_t *size)
{
    struct statvfs disk;

    if (output->fd < 0 ? disk_before(output, &disk) != 0
                       : !output->is_on_disk || fstatvfs(output->fd, &disk) != 0)
        return -ENOTSUP;
    *available = (uint64_t)disk.f_bavail * disk.f_frsize;
    *size = (uint64_t)disk.f_blocks * disk.f_frsize;
    return 0;
}

void output_cut(struct output *output, uint64_t length)
{
    if (ftruncate(output->fd, (off_t)length) == 0)
        output->length = length;
}

/* What others did to a file meanwhile. One that was emptied begins with a hole, if it was written
 * on after that. */
static int look_at_file(const struct output *output)
{
    const char *path = output_name(output);
    struct stat ours, named;
    uint32_t magic = 1;

    if (fstat(output->fd, &ours) != 0)
        return 0;
    if (stat(path, &named) != 0 || named.st_dev != ours.st_dev || named.st_ino != ours.st_ino)
        return -ENOENT;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool emptied = fd >= 0 && output->length >= sizeof magic &&
                   (pread(fd, &magic, sizeof magic, 0) != sizeof magic || magic == 0);
    if (fd >= 0)
        close(fd);
    return emptied || (uint64_t)ours.st_size < output->length ? -ENODATA : 0;
}

int output_close(struct output *output)
{
    int result = output->is_file && output->fd >= 0 ? look_at_file(output) : 0;

    if (output->fd >= 0 && output->restore_flags >= 0)
        fcntl(output->fd, F_SETFL, output->restore_flags);
    if (output->fd >= 0 && output->is_ours && close(output->fd) != 0)
        result = -errno;
    output->fd = -1;
    return result;
}
