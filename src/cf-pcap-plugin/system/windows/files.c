#include <direct.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <io.h>
#include <stdio.h>
#include <string.h>
#include <uv.h>

#include "../system.h"
#include "windows.h"

enum {
    FILES_MAX = 8, /* open ones of nftw */
    SHARED = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
};

HANDLE windows_handle(int fd)
{
    return fd < 0 ? INVALID_HANDLE_VALUE
                  : (HANDLE)_get_osfhandle(fd); // NOLINT(performance-no-int-to-ptr)
}

static enum system_kind kind_of(HANDLE handle)
{
    BY_HANDLE_FILE_INFORMATION information;
    DWORD mode;

    switch (GetFileType(handle)) {
    case FILE_TYPE_PIPE:
        return SYSTEM_IS_PIPE;
    case FILE_TYPE_DISK:
        return GetFileInformationByHandle(handle, &information) &&
                       (information.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0
                   ? SYSTEM_IS_FOLDER
                   : SYSTEM_IS_FILE;
    default:
        return GetConsoleMode(handle, &mode) ? SYSTEM_IS_TERMINAL : SYSTEM_IS_NOTHING;
    }
}

enum system_kind system_kind_of(int fd)
{
    return system_is_terminal(fd) ? SYSTEM_IS_TERMINAL : kind_of(windows_handle(fd));
}

/* \\.\pipe\NAME; to open it would be to connect to it. */
static bool is_pipe(const char *path)
{
    char start[16];

    snprintf(start, sizeof start, "%.9s", path);
    for (char *at = start; *at != '\0'; at++)
        if (*at == '/')
            *at = '\\';
    return _stricmp(start, "\\\\.\\pipe\\") == 0 || _stricmp(start, "\\\\?\\pipe\\") == 0;
}

/* CreateFile for any path. */
static HANDLE open_path(const char *path, DWORD access, DWORD share, DWORD how, DWORD flags)
{
    WCHAR wide[WINDOWS_PATH];

    return windows_path(path, wide) ? CreateFileW(wide, access, share, NULL, how, flags, NULL)
                                    : INVALID_HANDLE_VALUE;
}

/* What is there, a folder, too, without reading or writing it. */
static HANDLE look_at(const char *path)
{
    return open_path(path, 0, SHARED, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS);
}

int system_kind_at(const char *path)
{
    if (is_pipe(path))
        return SYSTEM_IS_PIPE;
    HANDLE handle = look_at(path);
    if (handle == INVALID_HANDLE_VALUE)
        return windows_error();
    int kind = (int)kind_of(handle);
    CloseHandle(handle);
    return kind;
}

static int identity_of(HANDLE handle, struct system_identity *identity)
{
    BY_HANDLE_FILE_INFORMATION information;

    if (GetFileType(handle) != FILE_TYPE_DISK || !GetFileInformationByHandle(handle, &information))
        return -ENOTSUP;
    *identity = (struct system_identity){.device = information.dwVolumeSerialNumber,
                                         .file = (uint64_t)information.nFileIndexHigh << 32 |
                                                 information.nFileIndexLow};
    return 0;
}

int system_identity_of(int fd, struct system_identity *identity)
{
    return identity_of(windows_handle(fd), identity);
}

int system_identity_at(const char *path, struct system_identity *identity)
{
    HANDLE handle = is_pipe(path) ? INVALID_HANDLE_VALUE : look_at(path);

    if (handle == INVALID_HANDLE_VALUE)
        return -ENOENT;
    int result = identity_of(handle, identity);
    CloseHandle(handle);
    return result;
}

/* A pipe is told by nothing that both its ends do not have. */
bool system_is_same(const char *path, int other, int fd)
{
    struct system_identity one, two;
    int result = path != NULL ? system_identity_at(path, &one) : system_identity_of(other, &one);

    return result == 0 && system_identity_of(fd, &two) == 0 && one.device == two.device &&
           one.file == two.file;
}

int system_may_write(const char *path)
{
    if (is_pipe(path))
        return 0;
    HANDLE handle =
        open_path(path, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_DELETE, OPEN_EXISTING, 0);
    if (handle == INVALID_HANDLE_VALUE)
        return windows_error();
    CloseHandle(handle);
    return 0;
}

int system_may_create(const char *path)
{
    WCHAR folder[WINDOWS_PATH];

    if (!windows_folder_of(path, folder))
        return windows_error();
    DWORD attributes = GetFileAttributesW(folder);
    if (attributes == INVALID_FILE_ATTRIBUTES)
        return windows_error();
    return (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0 ? 0 : -ENOTDIR;
}

static int descriptor_of(HANDLE handle)
{
    int fd = _open_osfhandle((intptr_t)handle, _O_BINARY);

    if (fd >= 0)
        return fd;
    fd = -errno;
    CloseHandle(handle);
    return fd;
}

/* The last call did not open a pipe. */
static int pipe_error(void)
{
    DWORD error = GetLastError();

    return error == ERROR_PIPE_BUSY || error == ERROR_FILE_NOT_FOUND ? -ENXIO : windows_error();
}

/* Others may read and remove an open file, but not write it: this is the lock. */
int system_open(const char *path, int how)
{
    bool pipe = is_pipe(path);
    DWORD existing = (how & SYSTEM_ANEW) != 0    ? CREATE_NEW
                     : (how & SYSTEM_THERE) != 0 ? OPEN_EXISTING
                                                 : OPEN_ALWAYS;
    HANDLE handle = open_path(path, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_DELETE,
                              pipe ? OPEN_EXISTING : existing, FILE_ATTRIBUTE_NORMAL);

    if (handle == INVALID_HANDLE_VALUE)
        return pipe ? pipe_error() : windows_error();
    return descriptor_of(handle);
}

/* A read of a pipe that is empty fails, and so does a write to one that is full: CreateNamedPipe,
 * PIPE_NOWAIT. */
int system_open_fifo(const char *path, enum system_direction direction)
{
    DWORD mode = PIPE_READMODE_BYTE | PIPE_NOWAIT;
    DWORD access =
        direction == SYSTEM_TO_READ ? GENERIC_READ | FILE_WRITE_ATTRIBUTES : GENERIC_WRITE;

    if (!is_pipe(path))
        return -EINVAL;
    HANDLE handle = open_path(path, access, 0, OPEN_EXISTING, 0);
    if (handle == INVALID_HANDLE_VALUE)
        return pipe_error();
    if (SetNamedPipeHandleState(handle, &mode, NULL, NULL))
        return descriptor_of(handle);
    int error = windows_error();
    CloseHandle(handle);
    return error;
}

int system_lock(int fd)
{
    (void)fd;
    return 0;
}

/* Pipes hold what their reader has made them to hold. */
void system_widen_pipe(int fd)
{
    (void)fd;
}

void system_make_file_private(int fd)
{
    (void)fd;
}

int system_make_private(const char *place, char *folder, size_t size)
{
    char pattern[PATH_MAX];
    uv_fs_t request;

    folder[0] = '\0';
    if (snprintf(pattern, sizeof pattern, "%s\\cf-pcap.XXXXXX", place) >= (int)size)
        return -ENAMETOOLONG;
    int result = system_error(uv_fs_mkdtemp(NULL, &request, pattern, NULL));
    if (result == 0)
        snprintf(folder, size, "%s", request.path);
    uv_fs_req_cleanup(&request);
    return result;
}

int system_make_folder(const char *path)
{
    return _mkdir(path) == 0 ? 0 : -errno;
}

int system_replace(const char *from, const char *to)
{
    WCHAR one[WINDOWS_PATH], other[WINDOWS_PATH];

    return windows_path(from, one) && windows_path(to, other) &&
                   MoveFileExW(one, other, MOVEFILE_REPLACE_EXISTING)
               ? 0
               : windows_error();
}

int system_remove(const char *path)
{
    WCHAR wide[WINDOWS_PATH];

    return windows_path(path, wide) && DeleteFileW(wide) ? 0 : windows_error();
}

FILE *system_open_to_read(const char *path)
{
    HANDLE handle = open_path(path, GENERIC_READ, SHARED, OPEN_EXISTING, 0);
    int fd = handle == INVALID_HANDLE_VALUE ? windows_error() : descriptor_of(handle);
    FILE *file = fd < 0 ? NULL : _fdopen(fd, "rb");

    if (fd < 0)
        errno = -fd;
    else if (file == NULL)
        _close(fd);
    return file;
}

/* Not write(2) of the C library: that makes EINVAL of what it does not know, such as a share that
 * has gone. */
ptrdiff_t system_write(int fd, const void *bytes, size_t length)
{
    DWORD written;

    if (!WriteFile(windows_handle(fd), bytes, length < INT32_MAX ? (DWORD)length : INT32_MAX,
                   &written, NULL))
        return windows_error();
    return written == 0 && length > 0 ? -ENOSPC : (ptrdiff_t)written;
}

/* There links take a privilege, and are rare. */
int system_behind_links(const char *path, char *name, size_t size)
{
    return snprintf(name, size, "%s", path) < (int)size ? 0 : -ENAMETOOLONG;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *at)
{
    (void)status, (void)at;
    if (type == FTW_DP || type == FTW_D)
        _rmdir(path);
    else
        _unlink(path);
    return 0;
}

void system_remove_folder(const char *folder)
{
    nftw(folder, remove_entry, FILES_MAX, FTW_DEPTH | FTW_PHYS);
}
