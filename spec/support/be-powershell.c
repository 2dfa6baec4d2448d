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

#include "piped.h"

int main(int argc, char **argv)
{
    struct piped piped;
    char bytes[4096];
    FILE *file;
    DWORD got;

    if (argc != 3 || (file = fopen(argv[1], "wb")) == NULL)
        return 98;
    int failed = piped_start(&piped, argv[2]);
    if (failed != 0)
        return failed;
    while (ReadFile(piped.reader, bytes, sizeof bytes, &got, NULL) && got > 0)
        fwrite(bytes, 1, got, file);
    fclose(file);
    return piped_end(&piped);
}
