/*
 * What PowerShell does with the first program of `program | other` and of `program > file`: makes a
 * pipe, and starts the program with it as standard output. Named powershell.exe or pwsh.exe, it
 * stands in for these:
 *
 *   powershell.exe FILE COMMAND-LINE     what comes through the pipe goes into FILE; ends with the
 *                                        command's status
 *
 * It does not damage the bytes.
 */
#include <stdio.h>
#include <windows.h>

int main(int argc, char **argv)
{
    SECURITY_ATTRIBUTES inherited = {.nLength = sizeof inherited, .bInheritHandle = TRUE};
    STARTUPINFOA how = {.cb = sizeof how, .dwFlags = STARTF_USESTDHANDLES};
    PROCESS_INFORMATION process;
    DWORD got, status = 99;
    char bytes[4096];
    HANDLE reader;
    FILE *file;

    if (argc != 3 || (file = fopen(argv[1], "wb")) == NULL)
        return 98;
    if (!CreatePipe(&reader, &how.hStdOutput, &inherited, 0) ||
        !SetHandleInformation(reader, HANDLE_FLAG_INHERIT, 0))
        return 97;
    how.hStdInput = GetStdHandle(STD_INPUT_HANDLE);
    how.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    if (!CreateProcessA(NULL, argv[2], NULL, NULL, TRUE, 0, NULL, NULL, &how, &process))
        return 96;
    CloseHandle(how.hStdOutput);
    while (ReadFile(reader, bytes, sizeof bytes, &got, NULL) && got > 0)
        fwrite(bytes, 1, got, file);
    fclose(file);
    WaitForSingleObject(process.hProcess, INFINITE);
    GetExitCodeProcess(process.hProcess, &status);
    return (int)status;
}
