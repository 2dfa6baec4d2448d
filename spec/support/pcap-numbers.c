/*
 * What arrived of send-udp's packets: reads a pcap file (Ethernet, IPv4, this machine's byte order)
 * on stdin and prints for each UDP port they were sent to
 *
 *     PORT PACKETS DISTINCT FIRST LAST        DISTINCT numbers, from FIRST to LAST
 *
 * Nothing else may be in the file. A file that ends within a packet is an error.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FRAME_MAX_BYTES = 262144, PORTS = 65536, NUMBERS = 1 << 24, PAYLOAD_AT = 14 + 20 + 8 };

struct port {
    uint64_t packets, distinct, first, last;
    unsigned char *seen; /* a bit for each number */
};

static void die(const char *why)
{
    fprintf(stderr, "pcap-numbers: %s\n", why);
    exit(1);
}

static void count(struct port *port, uint64_t number)
{
    if (number >= NUMBERS)
        die("a number is too large");
    if (port->seen == NULL && (port->seen = calloc(NUMBERS / 8, 1)) == NULL)
        die("no memory");
    if ((port->seen[number / 8] & 1 << number % 8) == 0) {
        if (port->distinct == 0 || number < port->first)
            port->first = number;
        if (number > port->last)
            port->last = number;
        port->distinct++;
    }
    port->seen[number / 8] |= (unsigned char)(1 << number % 8);
    port->packets++;
}

int main(void)
{
    static unsigned char frame[FRAME_MAX_BYTES];
    static struct port ports[PORTS];
    uint32_t file_header[6];
    uint32_t header[4]; /* seconds, fraction, captured length, original length */
    uint64_t number;
    size_t got;

    if (fread(file_header, sizeof file_header, 1, stdin) != 1 ||
        (file_header[0] != 0xa1b2c3d4 && file_header[0] != 0xa1b23c4d))
        die("this is not a pcap file");
    while ((got = fread(header, 1, sizeof header, stdin)) == sizeof header) {
        if (header[2] > sizeof frame || fread(frame, 1, header[2], stdin) != header[2])
            die("the file is cut short, or damaged");
        if (header[2] < PAYLOAD_AT + sizeof number || frame[12] != 8 || frame[14] != 0x45 ||
            frame[23] != 17)
            die("there is another packet");
        memcpy(&number, frame + PAYLOAD_AT, sizeof number);
        count(&ports[frame[36] << 8 | frame[37]], number);
    }
    if (got != 0)
        die("the file is cut short");
    for (int i = 0; i < PORTS; i++)
        if (ports[i].packets != 0)
            printf("%d %llu %llu %llu %llu\n", i, (unsigned long long)ports[i].packets,
                   (unsigned long long)ports[i].distinct, (unsigned long long)ports[i].first,
                   (unsigned long long)ports[i].last);
    return 0;
}
