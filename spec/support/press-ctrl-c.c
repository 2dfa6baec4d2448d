/*
 * Runs a command of Windows in a console of its own, and presses ^C there once a file says a word:
 *
 *   press-ctrl-c.exe TIMES FILE WORD COMMAND-LINE     its output goes into FILE; ends with its
 *                                                     status
 *
 * The keys come at once, one after the other.
 *
 * The console gets the key as it would from a keyboard. By default it would tell all its programs
 * of it, cf.exe, too (CTRL_C_EVENT), which is status 95; the plugin has switched that off, and
 * reads it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

enum { LOOK = 100 /* ms */, LOOKS = 3000 };

static int says(const char *name, const char *word)
{
    static char text[65536];
    FILE *file = fopen(name, "rb");

    if (file == NULL)
        return 0;
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return strstr(text, word) != NULL;
}

static int press(int times)
{
    HANDLE keys = CreateFileA("CONIN$", GENERIC_READ | GENERIC_WRITE,
                              FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);
    INPUT_RECORD record = {.EventType = KEY_EVENT,
                           .Event.KeyEvent = {.bKeyDown = TRUE,
                                              .wRepeatCount = 1,
                                              .wVirtualKeyCode = 'C',
                                              .dwControlKeyState = LEFT_CTRL_PRESSED,
                                              .uChar.UnicodeChar = 3}};
    DWORD written, mode = 0;

    if (!GetConsoleMode(keys, &mode) || (mode & ENABLE_PROCESSED_INPUT) != 0)
        return -1;
    while (times-- > 0)
        if (!WriteConsoleInputW(keys, &record, 1, &written))
            return -1;
    return 0;
}

int main(int argc, char **argv)
{
    SECURITY_ATTRIBUTES inherited = {.nLength = sizeof inherited, .bInheritHandle = TRUE};
    STARTUPINFOA how = {.cb = sizeof how, .dwFlags = STARTF_USESTDHANDLES};
    PROCESS_INFORMATION process;
    DWORD status = 99;

    if (argc != 5)
        return 98;
    FreeConsole();
    if (!AllocConsole())
        return 97;
    HANDLE file = CreateFileA(argv[2], GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE,
                              &inherited, CREATE_ALWAYS, 0, NULL);
    how.hStdOutput = how.hStdError = file;
    how.hStdInput =
        CreateFileA("CONIN$", GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE,
                    &inherited, OPEN_EXISTING, 0, NULL);
    if (!CreateProcessA(NULL, argv[4], NULL, NULL, TRUE, 0, NULL, NULL, &how, &process))
        return 96;
    for (int i = 0; i < LOOKS && !says(argv[2], argv[3]); i++)
        Sleep(LOOK);
    if (press(atoi(argv[1])) != 0) {
        TerminateProcess(process.hProcess, 95);
        return 95;
    }
    if (WaitForSingleObject(process.hProcess, LOOK * LOOKS) == WAIT_OBJECT_0)
        GetExitCodeProcess(process.hProcess, &status);
    return (int)status;
}
