/*
 * Stands in for a machine whose clock is wrong, and then set right: copies a pcap stream from stdin
 * to stdout, with SECONDS added to the times of its first COUNT packets.
 *
 *     shift-pcap SECONDS COUNT
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { FRAME_MAX_BYTES = 262144 };

int main(int argc, char **argv)
{
    static unsigned char frame[FRAME_MAX_BYTES];
    unsigned char file_header[24];
    uint32_t header[4]; /* seconds, fraction, captured length, original length */

    if (argc != 3) {
        fprintf(stderr, "usage: shift-pcap SECONDS COUNT\n");
        return 2;
    }
    setvbuf(stdin, NULL, _IONBF, 0); /* each packet goes on when it comes */
    long left = atol(argv[2]);
    if (fread(file_header, sizeof file_header, 1, stdin) != 1)
        return 1;
    fwrite(file_header, sizeof file_header, 1, stdout);
    fflush(stdout);
    while (fread(header, sizeof header, 1, stdin) == 1) {
        if (header[2] > sizeof frame || fread(frame, 1, header[2], stdin) != header[2])
            return 1;
        if (left-- > 0)
            header[0] += (uint32_t)atol(argv[1]);
        fwrite(header, sizeof header, 1, stdout);
        fwrite(frame, header[2], 1, stdout);
        if (fflush(stdout) != 0)
            return 1;
    }
    return 0;
}
