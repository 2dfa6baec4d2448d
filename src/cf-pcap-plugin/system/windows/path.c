#include <string.h>
#include <wchar.h>

#include "../system.h"
#include "windows.h"

/* "Naming Files, Paths, and Namespaces", Microsoft. */
static const WCHAR as_it_is[] = L"\\\\?\\", of_network[] = L"UNC\\", device[] = L"\\\\.\\";

enum {
    NAME_LENGTH = 255,
    LIMIT = 248,       /* characters that folders may have, and all calls take */
    LENGTH = 4,        /* of as_it_is and of device, and the prefix L"UNC\" */
    ROOM = 2 * LENGTH, /* for both */
};

const char system_not_in_names[] = "/\\:*?\"<>|";

static bool begins(const WCHAR *path, const WCHAR *with)
{
    return wcsncmp(path, with, wcslen(with)) == 0;
}

/* With \ for /, because a path of either kind may be given. */
static bool to_wide(const char *path, WCHAR wide[WINDOWS_PATH])
{
    if (MultiByteToWideChar(CP_UTF8, 0, path, -1, wide, WINDOWS_PATH) == 0) {
        SetLastError(ERROR_FILENAME_EXCED_RANGE);
        return false;
    }
    for (; *wide != L'\0'; wide++)
        if (*wide == L'/')
            *wide = L'\\';
    return true;
}

/* From the drive on, without . and .., blanks and dots at the end; \\.\NAME of a device. */
static bool to_full(const char *path, WCHAR full[WINDOWS_PATH])
{
    WCHAR given[WINDOWS_PATH];

    if (!to_wide(path, given))
        return false;
    if (begins(given, as_it_is)) {
        wcscpy(full, given);
        return true;
    }
    DWORD length = GetFullPathNameW(given, WINDOWS_PATH - ROOM, full, NULL);
    if (length > 0 && length < WINDOWS_PATH - ROOM)
        return true;
    SetLastError(ERROR_FILENAME_EXCED_RANGE);
    return false;
}

/* What is longer than LIMIT is taken only in this form. */
static void make_unlimited(WCHAR *full)
{
    size_t length = wcslen(full);
    bool is_of_network = begins(full, L"\\\\");

    if (length < LIMIT || begins(full, as_it_is) || begins(full, device))
        return;
    if (is_of_network) { /* \\SERVER\SHARE -> \\?\UNC\SERVER\SHARE */
        memmove(full + ROOM, full + 2, (length - 2 + 1) * sizeof *full);
        wmemcpy(full + LENGTH, of_network, LENGTH);
    } else {
        memmove(full + LENGTH, full, (length + 1) * sizeof *full);
    }
    wmemcpy(full, as_it_is, LENGTH);
}

bool windows_path(const char *path, WCHAR wide[WINDOWS_PATH])
{
    if (!to_full(path, wide))
        return false;
    if (begins(wide, device)) /* as it was given, for the system to know it */
        return to_wide(path, wide);
    make_unlimited(wide);
    return true;
}

void windows_cut_name(WCHAR *path)
{
    WCHAR *end = wcsrchr(path, L'\\');

    if (end != NULL)
        end[1] = L'\0';
}

bool windows_folder_of(const char *path, WCHAR folder[WINDOWS_PATH])
{
    if (!to_full(path, folder))
        return false;
    windows_cut_name(folder);
    make_unlimited(folder);
    return true;
}

const char *system_name_objection(const char *path)
{
    WCHAR given[WINDOWS_PATH], full[WINDOWS_PATH];

    if (!to_wide(path, given) || begins(given, device))
        return NULL;
    const WCHAR *name = begins(given, as_it_is) ? given + LENGTH : given;
    if (*name != L'\0' && name[1] == L':')
        name += 2;
    if (wcspbrk(name, L":*?\"<>|") != NULL)
        return "a name on Windows has none of : * ? \" < > |";
    const WCHAR *folder_end = wcsrchr(name, L'\\');
    const WCHAR *base = folder_end == NULL ? name : folder_end + 1;
    if (wcslen(base) > NAME_LENGTH)
        return "a name on Windows has at most 255 characters";
    if (!to_full(path, full) || !begins(full, device))
        return NULL;
    return _wcsicmp(base, L"NUL") == 0 ? NULL : "Windows takes this name for a device's";
}
