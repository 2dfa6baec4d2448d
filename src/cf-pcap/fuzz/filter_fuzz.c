/*
 * The filter: libpcap's parser on the user's text, and what it makes of it together with the
 * exclusion of SSH. Names are not looked up: all have the same addresses, all services the same
 * port.
 */
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>

#include "../../fuzz.h"
#include "filter.h"

enum { FRAME = 96, FRAMES = 4, EXPRESSION_MAX = 300 };

int __wrap_pcap_setfilter(pcap_t *capture, struct bpf_program *program);
int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **list);
void freeaddrinfo(struct addrinfo *list);

static const char exclusion[] =
    "not (tcp and (((src port 2222 or src port 61002) and (src net 127.0.0.0/8 or src host "
    "10.255.0.2 or src host fd00::2)) or ((dst port 2222 or dst port 61002) and (dst net "
    "127.0.0.0/8 or dst host 10.255.0.2 or dst host fd00::2))))";

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

/* What is to be handed to the kernel. */
static void check(pcap_t *capture, const struct bpf_program *program)
{
    struct bpf_program alone;

    for (size_t i = 0; i < FRAMES; i++)
        CLAIM(bpf_filter(program->bf_insns, ssh[i], FRAME, FRAME) == 0);
    if (pcap_compile(capture, &alone, options.filter, 1, PCAP_NETMASK_UNKNOWN) != 0)
        return; /* it takes a netmask, as `ip broadcast` does */
    for (size_t i = 0; i < FRAMES; i++) {
        u_int kept = bpf_filter(program->bf_insns, other[i], FRAME, FRAME);

        CLAIM(kept == 0 || kept >= FRAME || kept >= options.snaplen);
        CLAIM((kept == 0) == (bpf_filter(alone.bf_insns, other[i], FRAME, FRAME) == 0));
    }
    pcap_freecode(&alone);
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
    static pcap_t *capture;
    char expression[EXPRESSION_MAX + 1];

    if (capture == NULL) {
        capture = pcap_open_dead(DLT_EN10MB, SNAPLEN_DEFAULT);
        make_all();
    }
    if (size < 1 || size > EXPRESSION_MAX)
        return 0;
    options.snaplen = data[0] + 1;
    memcpy(expression, data + 1, size - 1);
    expression[size - 1] = '\0';
    options.filter = expression;
    struct filter filter;
    if (filter_compile(&filter, capture, &options, exclusion) == 0) {
        check(capture, &filter.kernel);
        filter_free(&filter);
    }
    return 0;
}
