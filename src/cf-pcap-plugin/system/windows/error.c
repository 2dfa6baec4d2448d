#include <errno.h>
#include <uv.h>

#include "../system.h"
#include "windows.h"

int system_error(int error)
{
    static const struct {
        int of_libuv, number;
    } errors[] = {
        {UV_EACCES, EACCES},
        {UV_EADDRNOTAVAIL, EADDRNOTAVAIL},
        {UV_EAGAIN, EAGAIN},
        {UV_EBADF, EBADF},
        {UV_EBUSY, EBUSY},
        {UV_ECANCELED, ECANCELED},
        {UV_ECONNABORTED, ECONNABORTED},
        {UV_ECONNREFUSED, ECONNREFUSED},
        {UV_ECONNRESET, ECONNRESET},
        {UV_EEXIST, EEXIST},
        {UV_EINVAL, EINVAL},
        {UV_EMFILE, EMFILE},
        {UV_ENAMETOOLONG, ENAMETOOLONG},
        {UV_ENOENT, ENOENT},
        {UV_ENOMEM, ENOMEM},
        {UV_ENOSPC, ENOSPC},
        {UV_ENOTDIR, ENOTDIR},
        {UV_ENOTSUP, ENOTSUP},
        {UV_EOF, EPIPE},
        {UV_EPERM, EPERM},
        {UV_EPIPE, EPIPE},
        {UV_ETIMEDOUT, ETIMEDOUT},
    };

    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
        if (errors[i].of_libuv == error)
            return -errors[i].number;
    return error >= 0 ? error : -EIO;
}

int windows_error(void)
{
    switch (GetLastError()) {
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
    case ERROR_INVALID_NAME:
    case ERROR_INVALID_DRIVE:
    case ERROR_BAD_NETPATH: /* a server, or a share */
    case ERROR_BAD_NET_NAME:
    case ERROR_NO_NET_OR_BAD_PATH:
    case ERROR_BAD_DEV_TYPE:
    case ERROR_DEV_NOT_EXIST:
    case ERROR_NETWORK_UNREACHABLE:
    case ERROR_HOST_UNREACHABLE:
    case ERROR_BAD_PATHNAME:
    case ERROR_DIRECTORY: /* a file is named as a folder */
        return -ENOENT;
    case ERROR_ACCESS_DENIED:
    case ERROR_NETWORK_ACCESS_DENIED:
    case ERROR_LOGON_FAILURE:
    case ERROR_WRITE_PROTECT:
        return -EACCES;
    case ERROR_SHARING_VIOLATION:
    case ERROR_LOCK_VIOLATION:
        return -EBUSY;
    case ERROR_FILE_EXISTS:
    case ERROR_ALREADY_EXISTS:
        return -EEXIST;
    case ERROR_DISK_FULL:
    case ERROR_HANDLE_DISK_FULL:
    case ERROR_DISK_QUOTA_EXCEEDED:
        return -ENOSPC;
    case ERROR_FILENAME_EXCED_RANGE:
        return -ENAMETOOLONG;
    case ERROR_BROKEN_PIPE:
    case ERROR_NO_DATA:
    case ERROR_PIPE_NOT_CONNECTED:
        return -EPIPE;
    case ERROR_TOO_MANY_OPEN_FILES:
        return -EMFILE;
    case ERROR_NOT_ENOUGH_MEMORY:
        return -ENOMEM;
    default:
        return -EIO;
    }
}
