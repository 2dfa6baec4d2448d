/*
 * An app that uses most of its container's memory: takes BYTES, says "holds", uses them again and
 * again, and ends at the end of its stdin.
 *
 *     hold-memory BYTES
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    size_t size = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;
    char *memory = malloc(size);
    struct pollfd in = {.fd = 0, .events = POLLIN};
    char byte;

    if (size == 0 || memory == NULL) {
        fprintf(stderr, "usage: hold-memory BYTES\n");
        return 2;
    }
    memset(memory, 1, size);
    if (puts("holds") < 0 || fflush(stdout) != 0)
        return 1;
    while (poll(&in, 1, 100) == 0 || read(0, &byte, 1) > 0)
        memset(memory, 2, size);
    return 0;
}
