/*
 * Sends UDP packets out of an interface as whole Ethernet frames, in batches, at a given rate:
 *
 *      send INTERFACE BYTES|mix RATE COUNT CPU
 *
 * BYTES: length of a frame (without checksum); mix: 64 and 1400 in turn. RATE: packets a second, 0:
 * as fast as it can. COUNT: packets, which bounds the run. CPU: to run on. Of each four packets two
 * go to port 9 and two to port 10, so that a filter can take half of each length. They are
 * addressed to no machine, so that the kernel at the other end does not work on them beyond
 * showing them to whoever captures. Prints packets sent, nanoseconds it took, and nanoseconds of
 * CPU time it used, which is the kernel's delivery to the other end, too (packet(7), veth(4)).
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { BATCH_MAX = 64, FRAME_MAX = 1500, KINDS = 4, NS = 1000000000, SPIN_NS = 60000 };

struct frame {
    unsigned char bytes[FRAME_MAX];
    size_t length;
};

static void die(const char *what)
{
    fprintf(stderr, "send: %s: %s\n", what, strerror(errno));
    exit(1);
}

static long long clock_ns(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (long long)now.tv_sec * NS + now.tv_nsec;
}

static void wait_until(long long time)
{
    struct timespec wake = {time / NS, time % NS};

    if (time - clock_ns(CLOCK_MONOTONIC) > SPIN_NS)
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &wake, NULL);
    while (clock_ns(CLOCK_MONOTONIC) < time)
        continue;
}

static uint16_t checksum(const void *header, size_t length)
{
    const uint8_t *byte = header;
    uint32_t sum = 0;

    for (size_t i = 0; i < length; i += 2)
        sum += (uint32_t)(byte[i] << 8 | byte[i + 1]);
    sum = (sum & 0xffff) + (sum >> 16);
    return htons((uint16_t) ~(sum + (sum >> 16)));
}

static void make_frame(struct frame *frame, size_t length, uint16_t port)
{
    struct ether_header ethernet = {{2, 0, 0, 0, 0, 99}, {2, 0, 0, 0, 0, 98}, htons(ETHERTYPE_IP)};
    uint16_t ip_length = (uint16_t)(length - sizeof ethernet);
    struct iphdr ip = {.version = 4,
                       .ihl = 5,
                       .tot_len = htons(ip_length),
                       .ttl = 64,
                       .protocol = IPPROTO_UDP,
                       .saddr = htonl(0xc0000201), /* 192.0.2.0/24: for documentation, RFC 5737 */
                       .daddr = htonl(0xc0000202)};
    struct udphdr udp = {
        .source = htons(7), .dest = htons(port), .len = htons((uint16_t)(ip_length - sizeof ip))};

    ip.check = checksum(&ip, sizeof ip);
    memset(frame->bytes, 'x', sizeof frame->bytes);
    memcpy(frame->bytes, &ethernet, sizeof ethernet);
    memcpy(frame->bytes + sizeof ethernet, &ip, sizeof ip);
    memcpy(frame->bytes + sizeof ethernet + sizeof ip, &udp, sizeof udp);
    frame->length = length;
}

static int open_socket(const char *interface)
{
    struct sockaddr_ll address = {.sll_family = AF_PACKET,
                                  .sll_ifindex = (int)if_nametoindex(interface)};
    int fd = socket(AF_PACKET, SOCK_RAW, 0), yes = 1, buffer = 4 << 20;

    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0)
        die(interface);
    setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &yes, sizeof yes);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
    return fd;
}

/* Returns how many were sent. */
static long send_all(int fd, struct frame frames[KINDS], long rate, long count)
{
    struct iovec parts[BATCH_MAX];
    struct mmsghdr messages[BATCH_MAX] = {0};
    unsigned batch = rate == 0 || rate > 640000 ? BATCH_MAX : (unsigned)(rate / 10000) + 1;
    long long start = clock_ns(CLOCK_MONOTONIC);
    long sent = 0;

    for (unsigned i = 0; i < BATCH_MAX; i++)
        messages[i].msg_hdr = (struct msghdr){.msg_iov = &parts[i], .msg_iovlen = 1};
    while (sent < count) {
        unsigned wanted = count - sent < batch ? (unsigned)(count - sent) : batch;

        for (unsigned i = 0; i < wanted; i++) {
            struct frame *frame = &frames[(sent + i) % KINDS];
            parts[i] = (struct iovec){frame->bytes, frame->length};
        }
        if (rate != 0)
            wait_until(start + sent * (long long)NS / rate);
        int done = sendmmsg(fd, messages, wanted, 0);
        if (done > 0)
            sent += done;
        else if (errno != ENOBUFS && errno != EINTR)
            die("sendmmsg");
    }
    return sent;
}

int main(int argc, char **argv)
{
    static struct frame frames[KINDS];
    cpu_set_t cpus;

    if (argc != 6) {
        fputs("usage: send INTERFACE BYTES|mix RATE COUNT CPU\n", stderr);
        return 2;
    }
    for (int i = 0; i < KINDS; i++) {
        size_t length = strcmp(argv[2], "mix") != 0 ? (size_t)atol(argv[2]) : i % 2 ? 1400 : 64;
        if (length < 64 || length > FRAME_MAX)
            return 2;
        make_frame(&frames[i], length, i / 2 ? 10 : 9);
    }
    CPU_ZERO(&cpus);
    CPU_SET((size_t)atol(argv[5]), &cpus);
    sched_setaffinity(0, sizeof cpus, &cpus);

    int fd = open_socket(argv[1]);
    long long start = clock_ns(CLOCK_MONOTONIC), cpu = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    long sent = send_all(fd, frames, atol(argv[3]), atol(argv[4]));
    printf("%ld %lld %lld\n", sent, clock_ns(CLOCK_MONOTONIC) - start,
           clock_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu);
    return 0;
}
