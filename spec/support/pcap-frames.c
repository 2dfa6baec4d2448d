/*
 * Prints the frames of a pcap file on stdin without their times, for comparing what two programs
 * captured: for each its two lengths (4 bytes each) and its bytes. Fails on a file that is cut
 * short or not a pcap file of this machine's byte order.
 */
#include <stdint.h>
#include <stdio.h>

enum { FRAME_MAX_BYTES = 262144 };

int main(void)
{
    static unsigned char frame[FRAME_MAX_BYTES];
    uint32_t file_header[6];
    uint32_t header[4]; /* seconds, microseconds, captured length, original length */
    size_t got;

    if (fread(file_header, sizeof file_header, 1, stdin) != 1 || file_header[0] != 0xa1b2c3d4) {
        fprintf(stderr, "pcap-frames: this is not a pcap file\n");
        return 1;
    }
    while ((got = fread(header, 1, sizeof header, stdin)) == sizeof header) {
        if (header[2] > sizeof frame || fread(frame, 1, header[2], stdin) != header[2]) {
            fprintf(stderr, "pcap-frames: the file is cut short, or damaged\n");
            return 1;
        }
        fwrite(&header[2], 2 * sizeof header[2], 1, stdout);
        fwrite(frame, header[2], 1, stdout);
    }
    if (got != 0 || fflush(stdout) != 0) {
        fprintf(stderr, "pcap-frames: the file is cut short, or its copy cannot be written\n");
        return 1;
    }
    return 0;
}
