/*
 * The filter: libpcap's parser on the user's text, and what becomes of it behind the exclusion of
 * SSH, for whole frames and for frames that are cut anywhere. Names are not looked up: all have the
 * same addresses, all services the same port. The container's addresses are 10.255.0.2 and fd00::2.
 */
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>

#include "../../fuzz.h"
#include "exclusion.h"
#include "filter.h"

enum { FRAME = 96, FRAMES = 4, EXPRESSION_MAX = 300 };

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **list);
void freeaddrinfo(struct addrinfo *list);
int getifaddrs(struct ifaddrs **list);
void freeifaddrs(struct ifaddrs *list);

static struct options options = {.interface = "lo"};
static uint8_t ssh[FRAMES][FRAME], other[FRAMES][FRAME];

/* Ethernet, IP without options, TCP or UDP. */
static void make(uint8_t frame[FRAME], int version, uint8_t protocol, const uint8_t *addresses,
                 uint16_t from, uint16_t to)
{
    uint8_t *ip = frame + 14;
    uint8_t *port = ip + (version == 4 ? 20 : 40);

    memset(frame, 0x11, FRAME);
    memcpy(frame + 12, version == 4 ? "\x08\x00" : "\x86\xdd", 2);
    if (version == 4) {
        memset(ip, 0, 20);
        memcpy(ip, "\x45\x00\x00\x52", 4);
        ip[9] = protocol;
        memcpy(ip + 12, addresses, 8);
    } else {
        memset(ip, 0, 40);
        ip[0] = 0x60;
        ip[6] = protocol;
        memcpy(ip + 8, addresses, 32);
    }
    port[0] = (uint8_t)(from >> 8), port[1] = (uint8_t)from;
    port[2] = (uint8_t)(to >> 8), port[3] = (uint8_t)to;
}

static void make_all(void)
{
    static const uint8_t in[] = {10, 255, 0, 1, 10, 255, 0, 2},
                         out[] = {10, 255, 0, 2, 10, 0, 0, 9}, lo[] = {127, 0, 0, 1, 127, 0, 0, 1},
                         six[32] = {0xfd, [15] = 9, [16] = 0xfd, [31] = 2};

    make(ssh[0], 4, IPPROTO_TCP, in, 40000, 61002);
    make(ssh[1], 4, IPPROTO_TCP, out, 2222, 40000);
    make(ssh[2], 4, IPPROTO_TCP, lo, 40000, 2222);
    make(ssh[3], 6, IPPROTO_TCP, six, 40000, 2222);
    make(other[0], 4, IPPROTO_TCP, out, 40000, 2222); /* somebody else's SSH */
    make(other[1], 4, IPPROTO_UDP, in, 53, 2222);
    make(other[2], 6, IPPROTO_TCP, six, 40000, 80);
    make(other[3], 4, IPPROTO_TCP, in, 40000, 8080);
    memcpy(other[3] + 12, "\x81\x00\x00\x07\x08\x00", 6); /* in VLAN 7 */
}

/* The length from which on a frame shows whether it is of an SSH session: to the ports' end. */
static u_int shows(const uint8_t *frame)
{
    return frame[12] == 0x08 ? 14 + 20 + 4 : 14 + 40 + 4;
}

static u_int run(const struct bpf_program *program, const uint8_t *frame, u_int length)
{
    return bpf_filter(program->bf_insns, frame, length, length);
}

/* A frame that the exclusion does not concern is kept as the user's filter alone would keep it. */
static void claim_others(const struct filter *filter, const struct bpf_program *alone,
                         const uint8_t *frame, u_int length)
{
    u_int kept = run(&filter->kernel, frame, length);
    u_int wanted = alone->bf_len == 0 ? SNAPLEN_MAX : run(alone, frame, length);

    if (filter->user.bf_len == 0) {
        CLAIM(kept == (wanted == 0 ? 0 : options.snaplen));
        return;
    }
    CLAIM(kept == SNAPLEN_MAX);
    CLAIM((run(&filter->user, frame, length) == 0) == (wanted == 0));
}

static void claim_all(pcap_t *capture, const struct filter *filter)
{
    struct bpf_program alone = {0};

    if (options.filter[strspn(options.filter, " \t\r\n")] != '\0')
        CLAIM(pcap_compile(capture, &alone, options.filter, 1, htonl(0xff000000)) == 0);
    for (size_t i = 0; i < FRAMES; i++)
        for (u_int length = 1; length <= FRAME; length++) {
            if (length >= shows(ssh[i]))
                CLAIM(run(&filter->kernel, ssh[i], length) == 0);
            else
                claim_others(filter, &alone, ssh[i], length);
            claim_others(filter, &alone, other[i], length);
        }
    pcap_freecode(&alone);
}

int getifaddrs(struct ifaddrs **list)
{
    static struct sockaddr_in four = {.sin_family = AF_INET};
    static struct sockaddr_in6 six = {.sin6_family = AF_INET6};
    static struct ifaddrs second = {.ifa_addr = (struct sockaddr *)&six};
    static struct ifaddrs first = {.ifa_addr = (struct sockaddr *)&four, .ifa_next = &second};

    inet_pton(AF_INET, "10.255.0.2", &four.sin_addr);
    inet_pton(AF_INET6, "fd00::2", &six.sin6_addr);
    *list = &first;
    return 0;
}

void freeifaddrs(struct ifaddrs *list)
{
    (void)list;
}

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **list)
{
    static struct sockaddr_in6 six;
    static struct sockaddr_in four;
    static struct addrinfo second = {
        .ai_family = AF_INET6, .ai_addr = (struct sockaddr *)&six, .ai_addrlen = sizeof six};
    static struct addrinfo first = {
        .ai_family = AF_INET, .ai_addr = (struct sockaddr *)&four, .ai_addrlen = sizeof four};

    (void)service, (void)hints;
    six = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons(80)};
    four = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(80)};
    first.ai_next = NULL;
    *list = &first;
    if (node != NULL && inet_pton(AF_INET6, node, &six.sin6_addr) == 1)
        *list = &second;
    else if (node != NULL && inet_pton(AF_INET, node, &four.sin_addr) != 1)
        first.ai_next = &second;
    return 0;
}

void freeaddrinfo(struct addrinfo *list)
{
    (void)list;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct ssh_ports ports = {.count = 2, .port = {SSH_DAEMON_PORT, 61002}};
    static pcap_t *capture;
    static struct bpf_program exclusion;
    char expression[EXPRESSION_MAX + 1];
    struct filter filter;

    if (capture == NULL) {
        capture = pcap_open_dead(DLT_EN10MB, SNAPLEN_MAX);
        CLAIM(exclusion_compile(&exclusion, DLT_EN10MB, &ports) == 0);
        make_all();
    }
    if (size < 1 || size > EXPRESSION_MAX)
        return 0;
    options.snaplen = data[0] + 1;
    memcpy(expression, data + 1, size - 1);
    expression[size - 1] = '\0';
    options.filter = expression;
    int result = filter_compile(&filter, capture, &options, &exclusion);
    CLAIM((result == 0) == (filter.kernel.bf_len != 0));
    if (result == 0)
        claim_all(capture, &filter);
    filter_free(&filter);
    return 0;
}
