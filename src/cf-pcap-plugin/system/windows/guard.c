#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../system.h"
#include "windows.h"

/*
 * The guard is this program, started with the reading end of a pipe as its standard input. Children
 * inherit the writing end; once all of them have ended, the guard reads its end.
 */
static const char word[] = "--remove-at-end-of-input";

enum { TRIES = 50, PAUSE = 100 /* ms */ };

static bool start(char *command, HANDLE input)
{
    STARTUPINFOEXA how = {
        .StartupInfo = {.cb = sizeof how, .dwFlags = STARTF_USESTDHANDLES, .hStdInput = input}};
    PROCESS_INFORMATION process;
    SIZE_T size = 0;

    InitializeProcThreadAttributeList(NULL, 1, 0, &size);
    how.lpAttributeList = malloc(size);
    if (how.lpAttributeList == NULL ||
        !InitializeProcThreadAttributeList(how.lpAttributeList, 1, 0, &size)) {
        free(how.lpAttributeList);
        return false;
    }
    /* This handle alone: else the reader of the plugin's output would wait for the guard, too. */
    bool started =
        UpdateProcThreadAttribute(how.lpAttributeList, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, &input,
                                  sizeof input, NULL, NULL) &&
        CreateProcessA(NULL, command, NULL, NULL, TRUE,
                       DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP | EXTENDED_STARTUPINFO_PRESENT,
                       NULL, NULL, &how.StartupInfo, &process);
    DeleteProcThreadAttributeList(how.lpAttributeList);
    free(how.lpAttributeList);
    if (started) {
        CloseHandle(process.hThread);
        CloseHandle(process.hProcess);
    }
    return started;
}

int system_guard(const char *folder)
{
    char program[PATH_MAX], command[3 * PATH_MAX];
    HANDLE input, output;

    if (system_program_of((int)GetCurrentProcessId(), program, sizeof program) != 0)
        return -ENOENT;
    snprintf(command, sizeof command, "\"%s\" %s \"%s\"", program, word, folder);
    if (!CreatePipe(&input, &output, NULL, 0))
        return windows_error();
    SetHandleInformation(input, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
    int result = start(command, input) ? 0 : windows_error();
    CloseHandle(input);
    if (result != 0) {
        CloseHandle(output);
        return result;
    }
    SetHandleInformation(output, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
    return _open_osfhandle((intptr_t)output, 0);
}

void system_unguard(int guard)
{
    _close(guard);
}

void system_guard_is_for_children(int guard, bool is)
{
    SetHandleInformation(windows_handle(guard), HANDLE_FLAG_INHERIT, is ? HANDLE_FLAG_INHERIT : 0);
}

bool system_is_guard(int argc, char **argv)
{
    char byte;
    DWORD got;

    if (argc != 3 || strcmp(argv[1], word) != 0)
        return false;
    while (ReadFile(GetStdHandle(STD_INPUT_HANDLE), &byte, 1, &got, NULL) && got != 0)
        continue;
    /* A process that has ended may have files open for a moment longer. */
    for (int i = 0; i < TRIES && system_kind_at(argv[2]) == SYSTEM_IS_FOLDER; i++) {
        system_remove_folder(argv[2]);
        Sleep(PAUSE);
    }
    return true;
}
