/*
 * Sends COUNT UDP packets of SIZE bytes of payload to ADDRESS, which begin with their number (8
 * bytes, this machine's order, from 0), at most PER_SECOND of them (0: as fast as they go).
 *
 *     send-udp ADDRESS PORT COUNT SIZE [PER_SECOND]
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { BATCH = 64, SIZE_MAX_BYTES = 65507 };

static socklen_t parse_address(struct sockaddr_storage *address, const char *host, uint16_t port)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)address;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)address;

    memset(address, 0, sizeof *address);
    if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(port);
        return sizeof *v4;
    }
    if (inet_pton(AF_INET6, host, &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(port);
        return sizeof *v6;
    }
    fprintf(stderr, "send-udp: '%s' is no address\n", host);
    exit(2);
}

/* Waits until `sent` packets may have been sent since `start`. */
static void pace(const struct timespec *start, uint64_t sent, uint64_t per_second)
{
    struct timespec due = *start;

    due.tv_sec += (time_t)(sent / per_second);
    due.tv_nsec += (long)(sent % per_second * 1000000000 / per_second);
    if (due.tv_nsec >= 1000000000) {
        due.tv_sec++;
        due.tv_nsec -= 1000000000;
    }
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
}

int main(int argc, char **argv)
{
    if (argc < 5) {
        fprintf(stderr, "usage: send-udp ADDRESS PORT COUNT SIZE [PER_SECOND]\n");
        return 2;
    }

    struct sockaddr_storage address;
    socklen_t length = parse_address(&address, argv[1], (uint16_t)atoi(argv[2]));
    uint64_t count = strtoull(argv[3], NULL, 10);
    size_t size = strtoul(argv[4], NULL, 10);
    uint64_t per_second = argc > 5 ? strtoull(argv[5], NULL, 10) : 0;
    /* Evenly, a millisecond's worth at a time, where there is a pace. */
    unsigned largest = per_second == 0 || per_second > BATCH * 1000 ? BATCH
                       : per_second < 1000                          ? 1
                                                                    : (unsigned)(per_second / 1000);
    uint64_t numbers[BATCH];
    static char rest[SIZE_MAX_BYTES];
    struct iovec parts[BATCH][2];
    struct mmsghdr messages[BATCH];
    struct timespec start;

    if (size < sizeof numbers[0] || size > SIZE_MAX_BYTES) {
        fprintf(stderr, "send-udp: SIZE is 8 to %d\n", SIZE_MAX_BYTES);
        return 2;
    }
    /* Not connected: nobody need listen, and the ICMP errors that come back do not matter. */
    int fd = socket(address.ss_family, SOCK_DGRAM, 0);
    memset(messages, 0, sizeof messages);
    for (int i = 0; i < BATCH; i++) {
        parts[i][0] = (struct iovec){&numbers[i], sizeof numbers[i]};
        parts[i][1] = (struct iovec){rest, size - sizeof numbers[i]};
        messages[i].msg_hdr = (struct msghdr){
            .msg_name = &address, .msg_namelen = length, .msg_iov = parts[i], .msg_iovlen = 2};
    }
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (uint64_t sent = 0; sent < count;) {
        unsigned batch = count - sent < largest ? (unsigned)(count - sent) : largest;
        for (unsigned i = 0; i < batch; i++)
            numbers[i] = sent + i;
        int done = sendmmsg(fd, messages, batch, 0);
        if (done < 0 && errno != ENOBUFS && errno != EAGAIN) {
            perror("send-udp: sendmmsg");
            return 1;
        }
        sent += done < 0 ? 0 : (uint64_t)done;
        if (per_second != 0)
            pace(&start, sent, per_second);
    }
    return 0;
}
