#include <direct.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <io.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <uv.h>

#include "../system.h"
#include "windows.h"

enum { FILES_MAX = 8 /* open ones of nftw */ };

const char system_not_in_names[] = "/\\:*?\"<>|";

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

int system_kind_at(const char *path)
{
    if (is_pipe(path))
        return SYSTEM_IS_PIPE;
    HANDLE handle = CreateFileA(path, 0, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                                NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
    if (handle == INVALID_HANDLE_VALUE)
        return windows_error();
    int kind = (int)kind_of(handle);
    CloseHandle(handle);
    return kind;
}

/* A pipe is told by nothing that both its ends do not have. */
bool system_is_same(const char *path, int other, int fd)
{
    BY_HANDLE_FILE_INFORMATION one, two;
    HANDLE handle = windows_handle(other);

    if (path != NULL && is_pipe(path))
        return false;
    if (path != NULL)
        handle = CreateFileA(path, 0, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                             OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
    bool same = GetFileType(handle) == FILE_TYPE_DISK && GetFileInformationByHandle(handle, &one) &&
                GetFileInformationByHandle(windows_handle(fd), &two) &&
                one.dwVolumeSerialNumber == two.dwVolumeSerialNumber &&
                one.nFileIndexHigh == two.nFileIndexHigh && one.nFileIndexLow == two.nFileIndexLow;
    if (path != NULL && handle != INVALID_HANDLE_VALUE)
        CloseHandle(handle);
    return same;
}

int system_may_write(const char *path)
{
    if (is_pipe(path))
        return 0;
    HANDLE handle = CreateFileA(path, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_DELETE, NULL,
                                OPEN_EXISTING, 0, NULL);
    if (handle == INVALID_HANDLE_VALUE)
        return windows_error();
    CloseHandle(handle);
    return 0;
}

int system_may_create(const char *path)
{
    char copy[PATH_MAX];

    if (strpbrk(system_base(path), system_not_in_names) != NULL)
        return -EINVAL;
    snprintf(copy, sizeof copy, "%s", path);
    DWORD attributes = GetFileAttributesA(dirname(copy));
    if (attributes == INVALID_FILE_ATTRIBUTES)
        return windows_error();
    return (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0 ? 0 : -ENOTDIR;
}

static int descriptor_of(HANDLE handle)
{
    int fd = _open_osfhandle((intptr_t)handle, _O_BINARY);

    if (fd >= 0)
        return fd;
    CloseHandle(handle);
    return -EMFILE;
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
    DWORD existing = (how & SYSTEM_ANEW) != 0 ? CREATE_NEW : OPEN_ALWAYS;
    HANDLE handle = CreateFileA(path, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_DELETE, NULL,
                                pipe ? OPEN_EXISTING : existing, FILE_ATTRIBUTE_NORMAL, NULL);

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
    HANDLE handle = CreateFileA(path, access, 0, NULL, OPEN_EXISTING, 0, NULL);
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

int system_disk_at(const char *path, uint64_t *available, uint64_t *size)
{
    ULARGE_INTEGER free_bytes, all;
    char copy[PATH_MAX];

    snprintf(copy, sizeof copy, "%s", path);
    if (!GetDiskFreeSpaceExA(dirname(copy), &free_bytes, &all, NULL))
        return windows_error();
    *available = free_bytes.QuadPart;
    *size = all.QuadPart;
    return 0;
}

int system_disk_of(int fd, uint64_t *available, uint64_t *size)
{
    char path[PATH_MAX];
    DWORD length = GetFinalPathNameByHandleA(windows_handle(fd), path, sizeof path, 0);

    if (length == 0 || length >= sizeof path)
        return -ENOTSUP;
    return system_disk_at(path, available, size);
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
    return MoveFileExA(from, to, MOVEFILE_REPLACE_EXISTING) ? 0 : windows_error();
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
