#include <errno.h>
#include <string.h>

#include "../system.h"
#include "windows.h"

/* Of the resource VS_VERSIONINFO: lengths, its name and padding, before VS_FIXEDFILEINFO. */
enum { VERSION_OFFSET = 40, VERSION_RESOURCE = 1, VERSION_TYPE = 16 };

static const DWORD version_signature = 0xFEEF04BD;

/* Looked up in the file, and not by GetFileVersionInfo: that is in a DLL, version.dll, which is
 * taken from this program's folder, if there is one. 0: it has none. */
static uint32_t version_in(HMODULE file)
{
    HRSRC found = FindResourceW(file, MAKEINTRESOURCEW(VERSION_RESOURCE),
                                MAKEINTRESOURCEW(VERSION_TYPE)); // NOLINT(performance-*)
    HGLOBAL resource = found == NULL ? NULL : LoadResource(file, found);
    const char *bytes = resource == NULL ? NULL : LockResource(resource);
    VS_FIXEDFILEINFO info;

    if (bytes == NULL || SizeofResource(file, found) < VERSION_OFFSET + sizeof info)
        return 0;
    memcpy(&info, bytes + VERSION_OFFSET, sizeof info);
    return info.dwSignature == version_signature ? info.dwFileVersionMS : 0;
}

static uint32_t version_of(const char *program)
{
    HMODULE file =
        LoadLibraryExA(program, NULL, LOAD_LIBRARY_AS_DATAFILE | LOAD_LIBRARY_AS_IMAGE_RESOURCE);
    uint32_t version = 0;

    if (file != NULL) {
        version = version_in(file);
        FreeLibrary(file);
    }
    return version;
}

int system_pipe_maker(int fd, char *program, size_t size, uint32_t *version)
{
    ULONG pid;

    if (!GetNamedPipeServerProcessId(windows_handle(fd), &pid))
        return windows_error();
    int result = system_program_of((int)pid, program, size);
    if (result == 0)
        *version = version_of(program);
    return result;
}
