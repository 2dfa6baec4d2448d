/*
 * Prints a line for each pcap file, of Ethernet or LINUX_SLL2: its name and, of the frames that
 * send-frames has marked, the mark (up to 127 alone) and number, the length on the wire, and a sum
 * over the first SNAPLEN bytes (without the interface's index). "-" for a file that is not there,
 * or is empty.
 *
 *     marked-frames SNAPLEN FILE…
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FRAME_MAX_BYTES = 262144, ETHERNET = 1, SLL2 = 276 };

static uint32_t sum(const uint8_t *bytes, size_t length)
{
    uint32_t hash = 2166136261u; /* FNV-1a */

    for (size_t i = 0; i < length; i++)
        hash = (hash ^ bytes[i]) * 16777619u;
    return hash;
}

static int print(FILE *file, uint32_t snaplen)
{
    static uint8_t frame[FRAME_MAX_BYTES];
    uint32_t file_header[6],
        header[4]; /* seconds, microseconds, captured length, original length */

    if (fread(file_header, sizeof file_header, 1, file) != 1)
        return printf(" -");
    uint32_t type = file_header[5];
    size_t source = type == ETHERNET ? 6 : 12;
    if (type != ETHERNET && type != SLL2)
        return -1;
    while (fread(header, sizeof header, 1, file) == 1) {
        uint32_t kept = header[2];

        if (kept > sizeof frame || fread(frame, 1, kept, file) != kept)
            return -1;
        if (kept < source + 6 || memcmp(frame + source, "\x02\xcf", 2) != 0 ||
            frame[source + 2] > 127)
            continue;
        if (type == SLL2)
            memset(frame + 4, 0, 4);
        printf(" %u:%u/%u/%08x", frame[source + 2], frame[source + 4] << 8 | frame[source + 5],
               header[3], sum(frame, kept < snaplen ? kept : snaplen));
    }
    return 0;
}

int main(int argc, char **argv)
{
    uint32_t snaplen = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 0;

    for (int i = 2; i < argc; i++) {
        const char *slash = strrchr(argv[i], '/');
        FILE *file = fopen(argv[i], "rb");

        printf("%s", slash == NULL ? argv[i] : slash + 1);
        if (file == NULL)
            printf(" -");
        else if (print(file, snaplen) < 0) {
            fprintf(stderr, "marked-frames: %s is no whole capture\n", argv[i]);
            return 1;
        }
        if (file != NULL)
            fclose(file);
        putchar('\n');
    }
    return fflush(stdout) == 0 ? 0 : 1;
}
