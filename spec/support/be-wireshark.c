/*
 * What Wireshark for Windows does with an extcap and its toolbar, without a window:
 *
 *   be-wireshark.exe CAPTURE CONTROL END BYTES PROGRAM [ARGUMENT]...
 *
 * makes three named pipes, of the kind that extcap_create_pipe of Wireshark's capture/extcap.c
 * makes, and starts PROGRAM with them, --fifo and --extcap-control-in and -out. As there, nothing
 * is read before all three are connected: status 97 if that does not come within 180 (there: 30) s
 * of the last one, 96 if the program ends before. What the program captures goes into the file
 * CAPTURE, what it has to say to the toolbar into CONTROL. Once there are BYTES of the capture, 0:
 * at once, comes its END: "press", the toolbar's "Stop in order"; "kill", TerminateProcess, as
 * Wireshark ends an extcap that it has stopped or that it leaves behind; "leave", its end of the
 * capture's pipe is closed; "none", nothing. Ends with the program's status, 93 where it was
 * killed.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

enum { FIFO, TO_EXTCAP, FROM_EXTCAP, PIPES, PATIENCE = 180000 /* ms */, LINE = 8192, KILLED = 93 };

struct copy {
    HANDLE from;
    FILE *to;
    const char *end; /* what is to come after so many bytes */
    size_t after;
    HANDLE button; /* the pipe */
    HANDLE process;
};

static const char *const options[PIPES] = {"--fifo", "--extcap-control-in", "--extcap-control-out"};

/* Reads or writes once; bytes. */
static DWORD transfer(HANDLE pipe, void *bytes, DWORD length, int is_write)
{
    OVERLAPPED overlapped = {.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL)};
    DWORD done = 0;
    BOOL result = is_write ? WriteFile(pipe, bytes, length, NULL, &overlapped)
                           : ReadFile(pipe, bytes, length, NULL, &overlapped);

    if (!result && GetLastError() != ERROR_IO_PENDING)
        done = 0;
    else if (!GetOverlappedResult(pipe, &overlapped, &done, TRUE))
        done = 0;
    CloseHandle(overlapped.hEvent);
    return done;
}

static void come_to_end(struct copy *copy)
{
    uint8_t press[] = {'T', 0, 0, 2, 1, 1};

    if (strcmp(copy->end, "press") == 0)
        transfer(copy->button, press, sizeof press, 1);
    else if (strcmp(copy->end, "kill") == 0)
        TerminateProcess(copy->process, KILLED);
    else if (strcmp(copy->end, "leave") == 0)
        DisconnectNamedPipe(copy->from);
    copy->end = "none";
}

static DWORD WINAPI copy_all(void *argument)
{
    struct copy *copy = argument;
    uint8_t bytes[4096];
    size_t all = 0;
    DWORD got;

    do {
        if (all >= copy->after)
            come_to_end(copy);
        got = transfer(copy->from, bytes, sizeof bytes, 0);
        fwrite(bytes, 1, got, copy->to);
        fflush(copy->to);
        all += got;
    } while (got > 0);
    fclose(copy->to);
    return 0;
}

/* 0, or the status to end with. */
static DWORD wait_for_all(HANDLE pipes[PIPES], HANDLE process)
{
    OVERLAPPED overlapped[PIPES];
    HANDLE events[PIPES + 1];
    int left = 0;

    for (int i = 0; i < PIPES; i++) {
        overlapped[i] = (OVERLAPPED){.hEvent = events[i] = CreateEventA(NULL, FALSE, FALSE, NULL)};
        ConnectNamedPipe(pipes[i], &overlapped[i]);
        left += GetLastError() == ERROR_IO_PENDING;
    }
    events[PIPES] = process;
    for (; left > 0; left--) {
        DWORD which = WaitForMultipleObjects(PIPES + 1, events, FALSE, PATIENCE);
        if (which == WAIT_TIMEOUT)
            return 97;
        if (which == WAIT_OBJECT_0 + PIPES)
            return 96;
    }
    return 0;
}

int main(int argc, char **argv)
{
    static char line[LINE];
    HANDLE pipes[PIPES], threads[2];
    STARTUPINFOA how = {.cb = sizeof how};
    PROCESS_INFORMATION process;
    uint8_t initialized[] = {'T', 0, 0, 2, 0, 0};
    DWORD status = 99;
    size_t used = 0;

    if (argc < 6)
        return 98;
    for (int i = 5; i < argc; i++)
        used += (size_t)snprintf(line + used, sizeof line - used, "\"%s\" ", argv[i]);
    for (int i = 0; i < PIPES; i++) {
        char name[64];

        snprintf(name, sizeof name, "\\\\.\\pipe\\be_wireshark_%d_%lu", i, GetCurrentProcessId());
        pipes[i] = CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED,
                                    PIPE_TYPE_MESSAGE | PIPE_READMODE_BYTE | PIPE_WAIT, 1, 65536,
                                    65536, 300, NULL);
        used += (size_t)snprintf(line + used, sizeof line - used, "%s %s ", options[i], name);
    }
    if (!CreateProcessA(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &how, &process))
        return 95;
    status = wait_for_all(pipes, process.hProcess);
    if (status != 0) {
        TerminateProcess(process.hProcess, 94);
        return (int)status;
    }
    struct copy capture = {.from = pipes[FIFO],
                           .to = fopen(argv[1], "wb"),
                           .end = argv[3],
                           .after = strtoul(argv[4], NULL, 10),
                           .button = pipes[TO_EXTCAP],
                           .process = process.hProcess};
    struct copy control = {.from = pipes[FROM_EXTCAP], .to = fopen(argv[2], "wb"), .end = "none"};
    threads[0] = CreateThread(NULL, 0, copy_all, &capture, 0, NULL);
    threads[1] = CreateThread(NULL, 0, copy_all, &control, 0, NULL);
    transfer(pipes[TO_EXTCAP], initialized, sizeof initialized, 1);
    WaitForSingleObject(process.hProcess, INFINITE);
    GetExitCodeProcess(process.hProcess, &status);
    WaitForMultipleObjects(2, threads, TRUE, PATIENCE);
    return (int)status;
}
