/*
 * Sends some 250 frames out of an interface, always the same: what a filter may look at, whole and
 * cut in each header. The source address of the link layer marks them: 02:cf:MARK:0, then the
 * frame's number in two bytes.
 *
 *     send-frames INTERFACE MARK                       all of them
 *     send-frames INTERFACE MARK tcp ADDRESS PORT      TCP to an address and port, cut at each
 * length
 */
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { ROOM = 1600, HEADER = 14 };

static struct {
    int fd;
    uint8_t mark;
    uint16_t number;
    uint8_t bytes[ROOM];
    size_t length, network; /* of the frame so far; where its innermost network header begins */
} out;

static void put(const void *bytes, size_t length)
{
    memcpy(out.bytes + out.length, bytes, length);
    out.length += length;
}
static void put8(unsigned value)
{
    put((uint8_t[]){(uint8_t)value}, 1);
}
static void put16(unsigned value)
{
    put((uint8_t[]){(uint8_t)(value >> 8), (uint8_t)value}, 2);
}
static void put32(uint32_t value)
{
    put16(value >> 16);
    put16(value & 0xffff);
}
static void fill(uint8_t with, size_t length)
{
    memset(out.bytes + out.length, with, length);
    out.length += length;
}

/* The frame's first so many bytes. */
static void emit_cut(size_t length)
{
    out.bytes[6] = 0x02, out.bytes[7] = 0xcf, out.bytes[8] = out.mark, out.bytes[9] = 0;
    out.bytes[10] = (uint8_t)(out.number >> 8), out.bytes[11] = (uint8_t)out.number;
    out.number++;
    if (send(out.fd, out.bytes, length, 0) < 0) {
        perror("send-frames: send");
        exit(1);
    }
    nanosleep(&(struct timespec){.tv_nsec = 20000}, NULL);
}
static void emit(void)
{
    emit_cut(out.length);
}

/* Whole, and cut where headers begin and within them. */
static void emit_all(void)
{
    static const size_t cuts[] = {0, 1, 8, 9, 10, 16, 19, 20, 21, 22, 24, 33, 40, 41, 43, 53, 54};
    size_t network = out.network, whole = out.length;

    emit();
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++)
        if (network + cuts[i] < whole)
            emit_cut(network + cuts[i]);
}

static void ether(uint64_t to, unsigned type)
{
    out.length = 0;
    for (int shift = 40; shift >= 0; shift -= 8)
        put8((unsigned)(to >> shift) & 0xff);
    fill(0, 6);
    put16(type);
    out.network = out.length;
}
static void tag(unsigned id, unsigned type)
{
    put16(id);
    put16(type);
    out.network = out.length;
}

struct ip {
    uint32_t from, to;
    uint8_t protocol, ttl, tos, options; /* words of options */
    uint16_t fragment;
};
#define HERE 0x0a000001u  /* 10.0.0.1 */
#define THERE 0x0a000002u /* 10.0.0.2 */

static void ip4(struct ip ip, size_t payload)
{
    put8(0x45u + ip.options);
    put8(ip.tos);
    put16((unsigned)(20 + 4 * ip.options + payload));
    put16(out.number);
    put16(ip.fragment);
    put8(ip.ttl != 0 ? ip.ttl : 64);
    put8(ip.protocol);
    put16(0);
    put32(ip.from != 0 ? ip.from : HERE);
    put32(ip.to != 0 ? ip.to : THERE);
    fill(1, 4u * ip.options);
}
static void ip6(unsigned next, size_t payload, unsigned from, unsigned to)
{
    put32(0x60000000);
    put16((unsigned)payload);
    put8(next);
    put8(64);
    put16(0xfd00), fill(0, 12), put16(from);
    put16(to == 0xff02 ? to : 0xfd00), fill(0, 12), put16(to == 0xff02 ? 1 : to);
}
static void tcp(unsigned from, unsigned to, unsigned flags, unsigned options, size_t data)
{
    put16(from);
    put16(to);
    put32(1000);
    put32(2000);
    put8((5 + options) << 4);
    put8(flags);
    put16(500);
    put32(0);
    fill(1, 4u * options);
    fill('d', data);
}
static void udp(unsigned from, unsigned to, size_t data)
{
    put16(from);
    put16(to);
    put16((unsigned)(8 + data));
    put16(0);
    for (size_t i = 0; i < data; i++)
        put8((unsigned)i);
}
static void icmp(unsigned type, unsigned code)
{
    put8(type);
    put8(code);
    put16(0);
    put32(0x00010001);
    fill('p', 20);
}

enum { TCP = 6, UDP = 17, SCTP = 132, FIN = 1, SYN = 2, RST = 4, PUSH = 8, ACK = 16, URG = 32 };
#define US 0x020000000001u
#define ALL 0xffffffffffffu

static void ip4_frames(void)
{
    static const uint8_t flags[] = {SYN,       SYN | ACK,  ACK, FIN | ACK, RST,
                                    RST | ACK, PUSH | ACK, URG, 0,         0x3f};
    static const uint8_t protocols[] = {0,  2,  4,   9,   41,  46,  47,  50,  51, 88,
                                        89, 94, 103, 108, 112, 115, 124, 136, 255};

    ether(US, 0x0800), ip4((struct ip){.protocol = TCP}, 30), tcp(40000, 80, PUSH | ACK, 0, 10),
        emit_all();
    ether(US, 0x0800), ip4((struct ip){.protocol = TCP, .options = 3}, 28),
        tcp(443, 40000, ACK, 2, 0), emit_all();
    ether(US, 0x0800), ip4((struct ip){.protocol = UDP, .from = 0x0a010203}, 38),
        udp(53, 40000, 30), emit_all();
    for (size_t i = 0; i < sizeof flags; i++)
        ether(US, 0x0800), ip4((struct ip){.protocol = TCP, .to = 0xc0a80005}, 20),
            tcp(2222, 8080, flags[i], 0, 0), emit();
    for (size_t i = 0; i < sizeof protocols; i++)
        ether(US, 0x0800), ip4((struct ip){.protocol = protocols[i], .ttl = (uint8_t)(i + 1)}, 24),
            fill((uint8_t)i, 24), emit();
    for (unsigned type = 0; type <= 18; type++)
        ether(US, 0x0800), ip4((struct ip){.protocol = 1, .tos = 0x10}, 28), icmp(type, type % 4),
            emit();
    /* fragments: the first, one between, the last; not to be fragmented */
    ether(US, 0x0800), ip4((struct ip){.protocol = UDP, .fragment = 0x2000}, 32),
        udp(7001, 7002, 24), emit();
    ether(US, 0x0800), ip4((struct ip){.protocol = UDP, .fragment = 0x2004}, 32), fill(0x1b, 32),
        emit();
    ether(US, 0x0800), ip4((struct ip){.protocol = TCP, .fragment = 0x0008}, 32), fill(0x50, 32),
        emit();
    ether(US, 0x0800), ip4((struct ip){.protocol = TCP, .fragment = 0x4000}, 20),
        tcp(21, 20, SYN, 0, 0), emit();
    /* headers that lie */
    ether(US, 0x0800), ip4((struct ip){.protocol = TCP}, 20), tcp(1, 80, SYN, 0, 0),
        out.bytes[HEADER] = 0x40, emit();
    ether(US, 0x0800), ip4((struct ip){.protocol = TCP}, 20), tcp(1, 80, SYN, 0, 0),
        out.bytes[HEADER] = 0x65, emit();
    ether(US, 0x0800), ip4((struct ip){.protocol = UDP}, 9000), udp(1, 80, 12), emit();
    /* where it goes */
    ether(ALL, 0x0800), ip4((struct ip){.protocol = UDP, .to = 0xffffffff}, 20), udp(68, 67, 12),
        emit();
    ether(0x01005e000001, 0x0800), ip4((struct ip){.protocol = 2, .to = 0xe0000001}, 8),
        fill(0x11, 8), emit();
    ether(US, 0x0800), ip4((struct ip){.protocol = UDP, .to = 0xe0000102}, 20), udp(5353, 5353, 12),
        emit();
    ether(US, 0x0800), ip4((struct ip){.protocol = UDP, .from = 0xc0a80102}, 1000),
        udp(514, 514, 992), emit();
    ether(US, 0x0800), ip4((struct ip){.protocol = UDP, .from = 0x7f000001}, 20), udp(123, 123, 12),
        emit();
    ether(US, 0x0800), ip4((struct ip){.protocol = SCTP}, 16), put16(36412), put16(36412),
        fill(3, 12), emit();
    for (unsigned port = 6000; port < 6010; port++)
        ether(US, 0x0800), ip4((struct ip){.protocol = UDP}, 10), udp(port, port + 5, 2), emit();
}

static void ip6_frames(void)
{
    ether(US, 0x86dd), ip6(TCP, 30, 1, 2), tcp(40000, 80, PUSH | ACK, 0, 10), emit_all();
    ether(US, 0x86dd), ip6(UDP, 38, 2, 1), udp(53, 40000, 30), emit();
    ether(US, 0x86dd), ip6(TCP, 20, 1, 0x77), tcp(2222, 443, RST, 0, 0), emit();
    ether(0x333300000001, 0x86dd), ip6(58, 28, 1, 0xff02), icmp(135, 0), emit();
    for (unsigned type = 128; type <= 143; type++)
        ether(US, 0x86dd), ip6(58, 28, 1, 2), icmp(type, 0), emit();
    for (unsigned type = 1; type <= 4; type++)
        ether(US, 0x86dd), ip6(58, 28, 1, 2), icmp(type, type), emit();
    /* extension headers: hop by hop, routing, destination, fragment, authentication, and all of
     * them */
    for (unsigned header = 0; header < 61; header++) {
        if (header != 0 && header != 43 && header != 60 && header != 44 && header != 51)
            continue;
        ether(US, 0x86dd), ip6(header, 28, 1, 2);
        put8(header == 51 ? TCP : UDP), put8(header == 51 ? 2 : 0), fill(0, header == 51 ? 14 : 6);
        if (header == 51)
            tcp(9, 80, SYN, 0, 0);
        else
            udp(9, 80, 12);
        emit();
    }
    ether(US, 0x86dd), ip6(0, 44, 1, 2), put8(60), fill(0, 7), put8(43), fill(0, 7), put8(44),
        fill(0, 7), put8(UDP), fill(0, 7), udp(9, 80, 4), emit();
    ether(US, 0x86dd), ip6(44, 28, 1, 2), put8(UDP), put8(0), put16(0x0011), put32(7),
        fill(0x50, 20), emit();
    ether(US, 0x86dd), ip6(50, 28, 1, 2), fill(5, 28), emit();
    ether(US, 0x86dd), ip6(SCTP, 16, 1, 2), put16(80), put16(81), fill(3, 12), emit();
    ether(US, 0x86dd), ip6(4, 40, 1, 2), ip4((struct ip){.protocol = TCP}, 20),
        tcp(1, 80, SYN, 0, 0), emit();
}

static void tunnels(void)
{
    /* VLANs: 802.1Q, a priority alone, QinQ with both types, three tags */
    ether(US, 0x8100), tag(7, 0x0800), ip4((struct ip){.protocol = TCP}, 20), tcp(1, 80, SYN, 0, 0),
        emit_all();
    ether(US, 0x8100), tag(0xa000, 0x0800), ip4((struct ip){.protocol = UDP}, 20), udp(1, 53, 12),
        emit();
    ether(US, 0x8100), tag(7, 0x86dd), ip6(TCP, 20, 1, 2), tcp(1, 80, SYN, 0, 0), emit();
    ether(US, 0x8100), tag(7, 0x0806), fill(0, 28), emit();
    ether(US, 0x88a8), tag(100, 0x8100), tag(7, 0x0800), ip4((struct ip){.protocol = TCP}, 20),
        tcp(1, 80, SYN, 0, 0), emit();
    ether(US, 0x9100), tag(100, 0x8100), tag(8, 0x0800), ip4((struct ip){.protocol = UDP}, 20),
        udp(1, 80, 12), emit();
    ether(US, 0x8100), tag(100, 0x8100), tag(7, 0x0800), ip4((struct ip){.protocol = TCP}, 20),
        tcp(1, 80, SYN, 0, 0), emit();
    ether(US, 0x8100), tag(1, 0x8100), tag(2, 0x8100), tag(3, 0x86dd), ip6(UDP, 20, 1, 2),
        udp(1, 80, 12), emit();
    ether(US, 0x8100), tag(7, 0x8847), put32(0x00100140), ip4((struct ip){.protocol = UDP}, 20),
        udp(1, 80, 12), emit();
    ether(US, 0x8100), emit_cut(HEADER);
    ether(US, 0x8100), tag(7, 0x0800), emit();
    /* MPLS: one label, two, IPv6 below; cut in the label */
    ether(US, 0x8847), put32(0x00100140), ip4((struct ip){.protocol = TCP}, 20),
        tcp(1, 80, SYN, 0, 0), emit();
    ether(US, 0x8847), put32(0x00064040), put32(0x00400140), ip4((struct ip){.protocol = UDP}, 20),
        udp(1, 53, 12), emit();
    ether(US, 0x8848), put32(0x00400140), ip6(TCP, 20, 1, 2), tcp(1, 80, SYN, 0, 0), emit();
    ether(US, 0x8847), put16(0x0010), emit();
    /* PPPoE: discovery, session with IPv4, IPv6, LCP; in a VLAN */
    ether(ALL, 0x8863), put16(0x1109), put16(0), put16(4), fill(1, 4), emit();
    ether(US, 0x8864), put16(0x1100), put16(0x27), put16(42), put16(0x0021),
        ip4((struct ip){.protocol = TCP}, 20), tcp(1, 80, SYN, 0, 0), emit();
    ether(US, 0x8864), put16(0x1100), put16(0x28), put16(62), put16(0x0057), ip6(TCP, 20, 1, 2),
        tcp(1, 80, SYN, 0, 0), emit();
    ether(US, 0x8864), put16(0x1100), put16(0x28), put16(8), put16(0xc021), fill(1, 6), emit();
    ether(US, 0x8100), tag(7, 0x8864), put16(0x1100), put16(0x27), put16(30), put16(0x0021),
        ip4((struct ip){.protocol = UDP}, 20), udp(1, 53, 12), emit();
    ether(US, 0x8864), put16(0x1100), emit();
    /* Geneve, IP in IP, GRE, IPv6 in IPv4 */
    ether(US, 0x0800), ip4((struct ip){.protocol = UDP}, 70), udp(1, 6081, 0), put16(0x0000),
        put16(0x6558), put32(0x0000aa00), fill(2, 12), put16(0x0800),
        ip4((struct ip){.protocol = TCP}, 20), tcp(1, 80, SYN, 0, 0), emit();
    ether(US, 0x86dd), ip6(UDP, 60, 1, 2), udp(1, 6081, 0), put16(0x0100), put16(0x0800),
        put32(0x0000bb00), fill(0, 4), ip4((struct ip){.protocol = UDP}, 20), udp(1, 53, 12),
        emit();
    ether(US, 0x0800), ip4((struct ip){.protocol = 4}, 40), ip4((struct ip){.protocol = TCP}, 20),
        tcp(1, 80, SYN, 0, 0), emit();
    ether(US, 0x0800), ip4((struct ip){.protocol = 47}, 44), put32(0x00000800),
        ip4((struct ip){.protocol = TCP}, 20), tcp(1, 80, SYN, 0, 0), emit();
    ether(US, 0x0800), ip4((struct ip){.protocol = 51}, 44), put8(TCP), put8(4), fill(0, 22),
        tcp(1, 80, SYN, 0, 0), emit();
}

static void others(void)
{
    static const unsigned types[] = {0x6003, 0x6004, 0x6001, 0x6002, 0x6007, 0x809b,
                                     0x80f3, 0x8137, 0x9000, 0x88cc, 0x888e, 0x88f7,
                                     0x8902, 0x22f0, 0xffff, 0x0600, 0x05ff};
    static const unsigned llc[] = {0xfefe03, 0xf0f003, 0x424203, 0xe0e003, 0xaaaa03, 0x060603,
                                   0xaaaa00, 0xaaaa01, 0xaaaa05, 0xaaaa09, 0xaaaa0f, 0xaaaa6f,
                                   0xaaaaaf, 0xaaaae3, 0xaaaa63, 0xaaaa43, 0xaaaa87, 0xffff03};

    for (unsigned operation = 1; operation <= 4; operation++) {
        ether(operation % 2 ? ALL : US, operation > 2 ? 0x8035 : 0x0806);
        put16(1), put16(0x0800), put8(6), put8(4), put16(operation);
        fill(2, 6), put32(HERE), fill(0, 6), put32(operation % 2 ? THERE : 0xc0a80105), emit();
    }
    ether(ALL, 0x0806), put16(1), put16(0x0800), put8(6), emit();
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        ether(US, types[i]), fill((uint8_t)i, 46), emit();
    for (size_t i = 0; i < sizeof llc / sizeof llc[0]; i++) /* IEEE 802.3: a length */
        ether(0x0180c2000000, 46), put8(llc[i] >> 16), put8(llc[i] >> 8 & 0xff),
            put8(llc[i] & 0xff), fill(0, 43), emit();
    ether(US, 46), put32(0xaaaa0300), put16(0), put16(0x809b), fill(0, 38),
        emit(); /* SNAP: AppleTalk */
    ether(US, 46), put32(0xaaaa0308), put16(0x0007), put16(0x809b), fill(0, 38), emit();
    ether(US, 46), put32(0xaaaa0300), put16(0), put16(0x0800),
        ip4((struct ip){.protocol = TCP}, 18), fill(0, 18), emit();
    for (unsigned type = 15; type <= 27; type++) /* ISO: IS-IS's PDUs */
        ether(0x0180c2000014, 46), put32(0xfefe0383), put32(0x1b010000 | type), put8(type),
            fill(0, 37), emit();
    ether(0x0180c2000014, 46), put32(0xfefe0382), fill(0, 42), emit();
    ether(0x0180c2000014, 46), put32(0xfefe0381), fill(0, 42), emit();
    ether(US, 0xffff), emit();
    ether(US, 3), put16(0xfefe), emit();
}

/* TCP in IPv4 or IPv6 to an address and port, from the MAC header alone to the whole frame. */
static int tcp_cut(const char *address, unsigned port)
{
    uint8_t bytes[16];
    int version = inet_pton(AF_INET6, address, bytes) == 1  ? 6
                  : inet_pton(AF_INET, address, bytes) == 1 ? 4
                                                            : 0;

    if (version == 0)
        return -1;
    ether(US, version == 4 ? 0x0800 : 0x86dd);
    if (version == 4)
        ip4((struct ip){.protocol = TCP, .options = 1}, 20),
            memcpy(out.bytes + HEADER + 16, bytes, 4);
    else
        ip6(TCP, 20, 1, 2), memcpy(out.bytes + HEADER + 24, bytes, 16);
    tcp(40000, port, ACK, 0, 0);
    for (size_t length = HEADER; length <= out.length; length++)
        emit_cut(length);
    return 0;
}

int main(int argc, char **argv)
{
    struct sockaddr_ll address = {.sll_family = AF_PACKET};

    out.fd = socket(AF_PACKET, SOCK_RAW, 0);
    if (argc >= 3 && out.fd >= 0) {
        address.sll_ifindex = (int)if_nametoindex(argv[1]);
        if (bind(out.fd, (struct sockaddr *)&address, sizeof address) == 0) {
            out.mark = (uint8_t)strtoul(argv[2], NULL, 10);
            if (argc == 6)
                return tcp_cut(argv[4], (unsigned)strtoul(argv[5], NULL, 10)) == 0 ? 0 : 2;
            ip4_frames(), ip6_frames(), tunnels(), others();
            return 0;
        }
    }
    perror("send-frames");
    return 1;
}
