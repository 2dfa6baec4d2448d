/*
 * A reader that has seen enough, as `| tcpdump -c 10 -r -` is on Windows (Wine's cmd.exe has no
 * pipes: it puts what a program writes into a file first):
 *
 *   read-and-leave.exe BYTES COMMAND-LINE     starts the command with a pipe as its standard
 *                                             output, closes that after so many bytes, and ends
 *                                             with the command's status
 */
#include <stdlib.h>

#include "piped.h"

int main(int argc, char **argv)
{
    struct piped piped;
    char byte;
    DWORD got;

    if (argc != 3)
        return 98;
    int failed = piped_start(&piped, argv[2]);
    if (failed != 0)
        return failed;
    for (int left = atoi(argv[1]);
         left > 0 && ReadFile(piped.reader, &byte, 1, &got, NULL) && got > 0;)
        left--;
    CloseHandle(piped.reader);
    return piped_end(&piped);
}
