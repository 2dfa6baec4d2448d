#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "../system.h"
#include "windows.h"

#include <tlhelp32.h>

enum { SELECTION_LOOK = 50 /* ms */ };

const char system_path_separator = ';', system_program_ending[] = ".exe";

const char *const system_extcap_folders[] = {"/Wireshark/extcap", NULL};

/* What its installer writes: "App Registration", in Microsoft's documentation of the shell. */
int system_wireshark_folder(char *path, size_t size)
{
    static const char key[] =
        "SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\App Paths\\Wireshark.exe";
    DWORD length = (DWORD)size;

    return RegGetValueA(HKEY_LOCAL_MACHINE, key, "Path", RRF_RT_REG_SZ, NULL, path, &length) ==
                   ERROR_SUCCESS
               ? 0
               : -ENOENT;
}

static UINT console_code_page; /* before; 0: there is no console */

void system_begin(void)
{
    int fd;

    do
        fd = _open("NUL", _O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        _close(fd);
    for (fd = 0; fd <= STDERR_FILENO; fd++)
        _setmode(fd, _O_BINARY);
    _fmode = _O_BINARY;
    uv_disable_stdio_inheritance(); /* children have their own */
    console_code_page = GetConsoleOutputCP();
    if (console_code_page != 0)
        SetConsoleOutputCP(CP_UTF8);
}

void system_end(void)
{
    if (console_code_page != 0)
        SetConsoleOutputCP(console_code_page);
}

/* The terminal of Git Bash and Cygwin is a pipe with such a name: \msys-0123456789abcdef-pty0-...
 */
static bool is_pty(HANDLE handle)
{
    struct {
        DWORD length; /* bytes */
        WCHAR name[MAX_PATH];
    } information = {.length = 0};

    if (GetFileType(handle) != FILE_TYPE_PIPE ||
        !GetFileInformationByHandleEx(handle, FileNameInfo, &information,
                                      sizeof information - sizeof(WCHAR)))
        return false;
    return (wcsncmp(information.name, L"\\msys-", 6) == 0 ||
            wcsncmp(information.name, L"\\cygwin-", 8) == 0) &&
           wcsstr(information.name, L"-pty") != NULL;
}

bool system_is_terminal(int fd)
{
    HANDLE handle = windows_handle(fd);
    DWORD mode;

    return handle != INVALID_HANDLE_VALUE && (GetConsoleMode(handle, &mode) || is_pty(handle));
}

unsigned int system_columns(int fd)
{
    CONSOLE_SCREEN_BUFFER_INFO buffer;

    if (!GetConsoleScreenBufferInfo(windows_handle(fd), &buffer))
        return 0;
    return (unsigned int)(buffer.srWindow.Right - buffer.srWindow.Left + 1);
}

/* While text is marked with the mouse, writes to the console wait. */
bool system_takes_line(int fd, int wait)
{
    CONSOLE_SELECTION_INFO selection;
    DWORD mode;

    if (!GetConsoleMode(windows_handle(fd), &mode))
        return true;
    while (GetConsoleSelectionInfo(&selection) &&
           (selection.dwFlags & CONSOLE_SELECTION_IN_PROGRESS) != 0) {
        if (wait <= 0)
            return false;
        Sleep(SELECTION_LOOK);
        wait -= SELECTION_LOOK;
    }
    return true;
}

int system_program_of(int pid, char *path, size_t size)
{
    HANDLE process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, (DWORD)pid);
    DWORD length = (DWORD)size;

    if (process == NULL)
        return windows_error();
    int result = QueryFullProcessImageNameA(process, 0, path, &length) ? 0 : windows_error();
    CloseHandle(process);
    return result;
}

int windows_parent_of(int pid)
{
    HANDLE all = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    PROCESSENTRY32 entry = {.dwSize = sizeof entry};
    int parent = 0;

    if (all == INVALID_HANDLE_VALUE)
        return 0;
    for (BOOL found = Process32First(all, &entry); found; found = Process32Next(all, &entry))
        if (entry.th32ProcessID == (DWORD)pid)
            parent = (int)entry.th32ParentProcessID;
    CloseHandle(all);
    return parent;
}

const char *system_base(const char *path)
{
    const char *base = path;

    for (; *path != '\0'; path++)
        if (strchr("/\\:", *path) != NULL)
            base = path + 1;
    return base;
}

bool system_is_program(const char *path, const char *beginning)
{
    const char *base = system_base(path);
    size_t length = strlen(path);

    return base != path && _strnicmp(base, beginning, strlen(beginning)) == 0 && length > 4 &&
           _stricmp(path + length - 4, system_program_ending) == 0 &&
           system_kind_at(path) == SYSTEM_IS_FILE;
}

/* Windows has no signals to die of: the status says what the core expects, 128 + SIGKILL. libuv's
 * uv_kill would make it 1, which is a program's own failure. */
void system_kill_group(int pid)
{
    HANDLE process = OpenProcess(PROCESS_TERMINATE, FALSE, (DWORD)pid);

    if (process == NULL)
        return;
    TerminateProcess(process, 128 + SIGKILL);
    CloseHandle(process);
}

/* SIGHUP: its window is closed. */
const int system_signals[SYSTEM_SIGNALS] = {SIGINT, SIGBREAK, SIGHUP}, system_job_control = 0;

bool system_is_ignored(int number)
{
    (void)number;
    return false;
}

static const char *variable(const char *name)
{
    const char *value = getenv(name);

    return value == NULL ? "" : value;
}

/* As the CLI, util/configv3/home_dir_windows.go. */
int system_home(char *path, size_t size)
{
    int length = snprintf(path, size, "%s%s", variable("HOMEDRIVE"), variable("HOMEPATH"));

    if (length == 0)
        length = snprintf(path, size, "%s", variable("USERPROFILE"));
    return length < (int)size ? 0 : -ENAMETOOLONG;
}

/* Another folder than that of the CLI, where an administrator has chosen so. */
int system_extcap_home(char *path, size_t size)
{
    int length = snprintf(path, size, "%s", variable("APPDATA"));

    return length == 0 ? -ENOENT : length < (int)size ? 0 : -ENAMETOOLONG;
}

/* Below a user's own profile, where others may not look. */
void system_places(const char *places[SYSTEM_PLACES])
{
    places[0] = variable("TEMP");
    places[1] = variable("TMP");
    places[2] = variable("USERPROFILE");
}
