#include <errno.h>

#include "../system.h"
#include "windows.h"

static int disk_of(const WCHAR *folder, uint64_t *available, uint64_t *size)
{
    ULARGE_INTEGER free_bytes, all;

    if (!GetDiskFreeSpaceExW(folder, &free_bytes, &all, NULL))
        return windows_error();
    *available = free_bytes.QuadPart;
    *size = all.QuadPart;
    return 0;
}

int system_disk_at(const char *path, uint64_t *available, uint64_t *size)
{
    WCHAR folder[WINDOWS_PATH];

    return windows_folder_of(path, folder) ? disk_of(folder, available, size) : windows_error();
}

int system_disk_of(int fd, uint64_t *available, uint64_t *size)
{
    WCHAR path[WINDOWS_PATH];
    DWORD length = GetFinalPathNameByHandleW(windows_handle(fd), path, WINDOWS_PATH, 0);

    if (length == 0 || length >= WINDOWS_PATH)
        return -ENOTSUP;
    windows_cut_name(path);
    return disk_of(path, available, size);
}
