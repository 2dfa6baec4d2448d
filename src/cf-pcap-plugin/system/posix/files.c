#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "../system.h"

enum { LINKS_MAX = 8 /* that lead to each other */ };

const char system_not_in_names[] = "/";

const char *system_name_objection(const char *path)
{
    (void)path;
    return NULL;
}

static enum system_kind kind_of(mode_t mode)
{
    if (S_ISFIFO(mode) || S_ISSOCK(mode))
        return SYSTEM_IS_PIPE;
    if (S_ISDIR(mode))
        return SYSTEM_IS_FOLDER;
    return S_ISREG(mode) ? SYSTEM_IS_FILE : SYSTEM_IS_NOTHING;
}

enum system_kind system_kind_of(int fd)
{
    struct stat status;

    if (system_is_terminal(fd))
        return SYSTEM_IS_TERMINAL;
    return fstat(fd, &status) != 0 ? SYSTEM_IS_NOTHING : kind_of(status.st_mode);
}

static bool is_terminal(const char *path)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    bool result = fd >= 0 && system_is_terminal(fd);

    if (fd >= 0)
        close(fd);
    return result;
}

int system_kind_at(const char *path)
{
    struct stat status;

    if (stat(path, &status) != 0)
        return -errno;
    return S_ISCHR(status.st_mode) && is_terminal(path) ? SYSTEM_IS_TERMINAL
                                                        : (int)kind_of(status.st_mode);
}

static int take_identity(int result, const struct stat *status, struct system_identity *identity)
{
    if (result != 0)
        return -errno;
    *identity = (struct system_identity){.device = (uint64_t)status->st_dev,
                                         .file = (uint64_t)status->st_ino,
                                         .size = (uint64_t)status->st_size,
                                         .modified = (int64_t)status->st_mtime};
    return 0;
}

int system_identity_of(int fd, struct system_identity *identity)
{
    struct stat status;

    return take_identity(fstat(fd, &status), &status, identity);
}

int system_identity_at(const char *path, struct system_identity *identity)
{
    struct stat status;

    return take_identity(stat(path, &status), &status, identity);
}

bool system_is_same(const char *path, int other, int fd)
{
    struct stat one, two;
    int result = path != NULL ? stat(path, &one) : fstat(other, &one);

    return result == 0 && fstat(fd, &two) == 0 && !S_ISCHR(one.st_mode) &&
           one.st_dev == two.st_dev && one.st_ino == two.st_ino;
}

/* Is another process writing it, that has locked it? */
static bool is_locked(const char *path)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK);
    bool locked = fd >= 0 && system_lock(fd) == -EBUSY;

    if (fd >= 0)
        close(fd);
    return locked;
}

int system_may_write(const char *path)
{
    struct stat status;

    if (access(path, W_OK) != 0 || stat(path, &status) != 0)
        return -errno;
    return S_ISREG(status.st_mode) && is_locked(path) ? -EBUSY : 0;
}

/* A link that leads nowhere makes the file it names. */
int system_may_create(const char *path)
{
    char name[PATH_MAX], copy[PATH_MAX], target[PATH_MAX];
    ssize_t length;

    snprintf(name, sizeof name, "%s", path);
    for (int links = 0; links < LINKS_MAX; links++) {
        length = readlink(name, target, sizeof target - 1);
        if (length < 0)
            break;
        target[length] = '\0';
        snprintf(copy, sizeof copy, "%s", name);
        const char *folder = dirname(copy);
        int used = target[0] == '/' ? snprintf(name, sizeof name, "%s", target)
                                    : snprintf(name, sizeof name, "%s/%s", folder, target);
        if (used >= (int)sizeof name)
            return -ENAMETOOLONG;
    }
    return access(dirname(name), W_OK | X_OK) == 0 ? 0 : -errno;
}

int system_open(const char *path, int how)
{
    int flags = O_WRONLY | O_CLOEXEC | ((how & SYSTEM_THERE) != 0 ? 0 : O_CREAT) |
                ((how & SYSTEM_ANEW) != 0 ? O_EXCL : 0) |
                ((how & SYSTEM_NO_WAIT) != 0 ? O_NONBLOCK : 0);
    int fd = open(path, flags, S_IRUSR | S_IWUSR);

    return fd < 0 ? -errno : fd;
}

int system_open_fifo(const char *path, enum system_direction direction)
{
    struct stat status;
    int fd = open(path, (direction == SYSTEM_TO_READ ? O_RDONLY : O_WRONLY) | O_NONBLOCK |
                            O_NOCTTY | O_CLOEXEC);

    if (fd < 0)
        return -errno;
    if (fstat(fd, &status) == 0 && S_ISFIFO(status.st_mode))
        return fd;
    close(fd);
    return -EINVAL;
}

FILE *system_open_to_read(const char *path)
{
    return fopen(path, "rb");
}

ptrdiff_t system_write(int fd, const void *bytes, size_t length)
{
    ssize_t count;

    if (length > INT32_MAX)
        length = INT32_MAX; /* more is refused on some systems */
    do
        count = write(fd, bytes, length);
    while (count < 0 && errno == EINTR);
    return count < 0 ? -errno : count;
}

void system_make_file_private(int fd)
{
    (void)!fchmod(fd, S_IRUSR | S_IWUSR);
}

int system_make_private(const char *place, char *folder, size_t size)
{
    if (snprintf(folder, size, "%s/cf-pcap.XXXXXX", place) >= (int)size)
        errno = ENAMETOOLONG;
    else if (mkdtemp(folder) != NULL)
        return 0;
    folder[0] = '\0';
    return -errno;
}

int system_make_folder(const char *path)
{
    return mkdir(path, S_IRWXU) == 0 ? 0 : -errno;
}

int system_replace(const char *from, const char *to)
{
    return rename(from, to) == 0 ? 0 : -errno;
}

int system_remove(const char *path)
{
    return unlink(path) == 0 ? 0 : -errno;
}

int system_behind_links(const char *path, char *name, size_t size)
{
    struct stat status;
    bool is_link = lstat(path, &status) == 0 && S_ISLNK(status.st_mode);
    char *real = is_link ? realpath(path, NULL) : strdup(path);

    if (real == NULL)
        return -errno;
    int length = snprintf(name, size, "%s", real);
    free(real);
    return (size_t)length < size ? 0 : -ENAMETOOLONG;
}

static int disk(const struct statvfs *disk, uint64_t *available, uint64_t *size)
{
    *available = (uint64_t)disk->f_bavail * disk->f_frsize;
    *size = (uint64_t)disk->f_blocks * disk->f_frsize;
    return disk->f_blocks == 0 ? -ENOTSUP : 0;
}

int system_disk_of(int fd, uint64_t *available, uint64_t *size)
{
    struct statvfs status;

    return fstatvfs(fd, &status) != 0 ? -errno : disk(&status, available, size);
}

int system_disk_at(const char *path, uint64_t *available, uint64_t *size)
{
    struct statvfs status;
    char copy[PATH_MAX];

    snprintf(copy, sizeof copy, "%s", path);
    return statvfs(path, &status) != 0 && statvfs(dirname(copy), &status) != 0
               ? -errno
               : disk(&status, available, size);
}

int system_lock(int fd)
{
    /* Any other failure: a file system without locks. */
    return flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK ? -EBUSY : 0;
}

int system_pipe_maker(int fd, char *program, size_t size, uint32_t *version)
{
    (void)fd, (void)program, (void)size, (void)version;
    return -ENOTSUP;
}

const char *const system_extcap_folders[] = {"/.local/lib/wireshark/extcap",
                                             "/.config/wireshark/extcap", NULL};

int system_wireshark_folder(char *path, size_t size)
{
    (void)path, (void)size;
    return -ENOENT;
}
