/*
 * Windows: a program that is started with a pipe as its standard output, as the first one of
 * `program | other` is.
 */
#ifndef PIPED_H
#define PIPED_H

#include <windows.h>

struct piped {
    HANDLE reader; /* the pipe's end */
    HANDLE process;
};

/* 0, or a status to end with: it could not be started. */
static inline int piped_start(struct piped *piped, char *command_line)
{
    SECURITY_ATTRIBUTES inherited = {.nLength = sizeof inherited, .bInheritHandle = TRUE};
    STARTUPINFOA how = {.cb = sizeof how, .dwFlags = STARTF_USESTDHANDLES};
    PROCESS_INFORMATION process;

    if (!CreatePipe(&piped->reader, &how.hStdOutput, &inherited, 0) ||
        !SetHandleInformation(piped->reader, HANDLE_FLAG_INHERIT, 0))
        return 97;
    how.hStdInput = GetStdHandle(STD_INPUT_HANDLE);
    how.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    if (!CreateProcessA(NULL, command_line, NULL, NULL, TRUE, 0, NULL, NULL, &how, &process))
        return 96;
    CloseHandle(how.hStdOutput);
    piped->process = process.hProcess;
    return 0;
}

/* Waits for its end: its status. */
static inline int piped_end(const struct piped *piped)
{
    DWORD status = 99;

    WaitForSingleObject(piped->process, INFINITE);
    GetExitCodeProcess(piped->process, &status);
    return (int)status;
}

#endif
