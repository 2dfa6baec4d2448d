#include "exclusion.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
    ETHERTYPE_4 = 0x0800,
    ETHERTYPE_6 = 0x86dd,
    FRAGMENT_OFFSET = 0x1fff,
    PORTS_BYTES = 4, /* source and destination, at the beginning of TCP's header */
    PASS = -1,       /* as a jump's distance: to the end of the program, by pass_all */
};

/* Where IP is found, by link type. Offsets in bytes. */
struct link {
    int type;
    int protocol;       /* of the EtherType, or NO_PROTOCOL */
    bpf_u_int32 ip;     /* of IP's header, as loads count */
    bpf_u_int32 length; /* of IP's header, as the length of the packet counts in the kernel */
};

enum { NO_PROTOCOL = -1 };

static const struct link links[] = {
    {DLT_EN10MB, 12, 14, 14},
    {DLT_LINUX_SLL2, 0, 20, 0},
    {DLT_LINUX_SLL, 14, 16, 0},
    {DLT_RAW, NO_PROTOCOL, 0, 0},
};

struct code {
    struct bpf_insn *list;
    u_int length, room;
    bool no_memory;
};

static const struct link *find_link(int type)
{
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++)
        if (links[i].type == type)
            return &links[i];
    return NULL;
}

static u_int put(struct code *code, int operation, bpf_u_int32 k)
{
    if (code->length == code->room && !code->no_memory) {
        u_int room = code->room == 0 ? 128 : 2 * code->room;
        struct bpf_insn *list = realloc(code->list, room * sizeof *list);

        code->no_memory = list == NULL;
        if (list != NULL)
            code->list = list, code->room = room;
    }
    if (code->no_memory)
        return 0;
    code->list[code->length] = (struct bpf_insn){.code = (u_short)operation, .k = k};
    return code->length++;
}

/* Goes on if a test of the accumulator is true, else skips so many instructions. */
static void put_test(struct code *code, int test, bpf_u_int32 k, u_char skipped)
{
    u_int at = put(code, BPF_JMP | test | BPF_K, k);

    if (!code->no_memory)
        code->list[at].jf = skipped;
}

/* A jump to a place that is not known yet: to be given to lands_here, or left to mean PASS. */
static u_int put_jump(struct code *code)
{
    return put(code, BPF_JMP | BPF_JA, (bpf_u_int32)PASS);
}

/* Goes on if a test of the accumulator is true, else jumps, by the jump that is returned. */
static u_int put_condition(struct code *code, int test, bpf_u_int32 k)
{
    u_int at = put(code, BPF_JMP | test | BPF_K, k);

    if (!code->no_memory)
        code->list[at].jt = 1;
    return put_jump(code);
}

static void lands_here(struct code *code, u_int jump)
{
    if (!code->no_memory)
        code->list[jump].k = code->length - jump - 1;
}

/* What jumps to no place goes behind the program. */
static void pass_all(struct code *code)
{
    for (u_int i = 0; i < code->length; i++)
        if (code->list[i].code == (BPF_JMP | BPF_JA) && code->list[i].k == (bpf_u_int32)PASS)
            code->list[i].k = code->length - i - 1;
}

static void put_reject(struct code *code)
{
    put(code, BPF_RET | BPF_K, 0);
}

static void put_own_4(struct code *code, const struct ifaddrs *addresses, bpf_u_int32 offset)
{
    put(code, BPF_LD | BPF_W | BPF_ABS, offset);
    for (const struct ifaddrs *at = addresses; at != NULL; at = at->ifa_next) {
        if (at->ifa_addr == NULL || at->ifa_addr->sa_family != AF_INET)
            continue;
        put_test(code, BPF_JEQ,
                 ntohl(((const struct sockaddr_in *)(const void *)at->ifa_addr)->sin_addr.s_addr),
                 1);
        put_reject(code);
    }
    put(code, BPF_ALU | BPF_AND | BPF_K, IN_CLASSA_NET);
    put_test(code, BPF_JEQ, (bpf_u_int32)IN_LOOPBACKNET << IN_CLASSA_NSHIFT, 1);
    put_reject(code);
}

static void put_own_6(struct code *code, const struct ifaddrs *addresses, bpf_u_int32 offset)
{
    bpf_u_int32 word[4];
    const u_char words = sizeof word / sizeof word[0];

    for (const struct ifaddrs *at = addresses; at != NULL; at = at->ifa_next) {
        if (at->ifa_addr == NULL || at->ifa_addr->sa_family != AF_INET6)
            continue;
        memcpy(word, &((const struct sockaddr_in6 *)(const void *)at->ifa_addr)->sin6_addr,
               sizeof word);
        /* Two instructions a word; past the rest of them, and the reject. */
        for (u_char i = 0; i < words; i++) {
            put(code, BPF_LD | BPF_W | BPF_ABS, offset + i * (bpf_u_int32)sizeof word[0]);
            put_test(code, BPF_JEQ, ntohl(word[i]), (u_char)(2 * (words - 1 - i) + 1));
        }
        put_reject(code);
    }
}

typedef void put_own(struct code *code, const struct ifaddrs *addresses, bpf_u_int32 offset);

/*
 * With X at the beginning of TCP, less `tcp`: rejects the packet if the port and the address of the
 * source, or those of the destination, are ours; else passes it.
 */
static void put_session(struct code *code, bpf_u_int32 tcp, const struct ssh_ports *ports,
                        const struct ifaddrs *addresses, const bpf_u_int32 offset[2], put_own *own)
{
    for (bpf_u_int32 i = 0; i < 2; i++) {
        u_int ours[SSH_PORTS_MAX];

        put(code, BPF_LD | BPF_H | BPF_IND, tcp + 2 * i);
        for (size_t j = 0; j < ports->count; j++) {
            put_test(code, BPF_JEQ, ports->port[j], 1);
            ours[j] = put_jump(code);
        }
        u_int others = put_jump(code);
        for (size_t j = 0; j < ports->count; j++)
            lands_here(code, ours[j]);
        own(code, addresses, offset[i]);
        lands_here(code, others);
    }
    put_jump(code);
}

static void put_ip_4(struct code *code, const struct link *link, const struct ssh_ports *ports,
                     const struct ifaddrs *addresses)
{
    put(code, BPF_LD | BPF_B | BPF_ABS, link->ip);
    put(code, BPF_ALU | BPF_SUB | BPF_K, 0x45); /* version 4, and a header of five words or more */
    put_test(code, BPF_JGT, 0xf - 5, 1);
    put_jump(code);
    put(code, BPF_LD | BPF_B | BPF_ABS, link->ip + 9);
    put_condition(code, BPF_JEQ, IPPROTO_TCP);
    put(code, BPF_LD | BPF_H | BPF_ABS, link->ip + 6);
    put_test(code, BPF_JSET, FRAGMENT_OFFSET, 1);
    put_jump(code);

    put(code, BPF_LDX | BPF_B | BPF_MSH, link->ip);
    put(code, BPF_MISC | BPF_TXA, 0);
    /* NOLINTNEXTLINE(misc-redundant-expression): both are 0 */
    put(code, BPF_ALU | BPF_ADD | BPF_K, link->length + PORTS_BYTES);
    put(code, BPF_MISC | BPF_TAX, 0);
    put(code, BPF_LD | BPF_W | BPF_LEN, 0);
    u_int at = put(code, BPF_JMP | BPF_JGE | BPF_X, 0);
    if (!code->no_memory)
        code->list[at].jt = 1;
    put_jump(code);
    put(code, BPF_LDX | BPF_B | BPF_MSH, link->ip);
    put_session(code, link->ip, ports, addresses,
                (const bpf_u_int32[2]){link->ip + 12, link->ip + 16}, put_own_4);
}

static void put_ip_6(struct code *code, const struct link *link, const struct ssh_ports *ports,
                     const struct ifaddrs *addresses)
{
    put(code, BPF_LD | BPF_W | BPF_LEN, 0);
    put_condition(code, BPF_JGE, link->length + 40 + PORTS_BYTES);
    put(code, BPF_LD | BPF_B | BPF_ABS, link->ip + 6);
    put_condition(code, BPF_JEQ, IPPROTO_TCP);
    /* NOLINTNEXTLINE(misc-redundant-expression): both are 0 */
    put(code, BPF_LDX | BPF_W | BPF_IMM, 0);
    put_session(code, link->ip + 40, ports, addresses,
                (const bpf_u_int32[2]){link->ip + 8, link->ip + 24}, put_own_6);
}

static void put_all(struct code *code, const struct link *link, const struct ssh_ports *ports,
                    const struct ifaddrs *addresses)
{
    bool raw = link->protocol == NO_PROTOCOL;

    put(code, BPF_LD | BPF_W | BPF_LEN, 0);
    put_condition(code, BPF_JGE, link->length + 20);
    if (raw) {
        put(code, BPF_LD | BPF_B | BPF_ABS, 0);
        put(code, BPF_ALU | BPF_AND | BPF_K, 0xf0);
    } else {
        put(code, BPF_LD | BPF_H | BPF_ABS, (bpf_u_int32)link->protocol);
    }
    u_int not_4 = put_condition(code, BPF_JEQ, raw ? 0x40 : ETHERTYPE_4);
    put_ip_4(code, link, ports, addresses);
    lands_here(code, not_4);
    put_condition(code, BPF_JEQ, raw ? 0x60 : ETHERTYPE_6);
    put_ip_6(code, link, ports, addresses);
}

int exclusion_compile(struct bpf_program *program, int link_type, const struct ssh_ports *ports)
{
    const struct link *link = find_link(link_type);
    struct ifaddrs *addresses = NULL;
    struct code code = {0};

    *program = (struct bpf_program){0};
    if (link == NULL)
        return 0;
    errno = 0; /* musl's getifaddrs sets none where netlink's answer ends early */
    if (getifaddrs(&addresses) != 0)
        return errno != 0 ? -errno : -EIO;
    put_all(&code, link, ports, addresses);
    freeifaddrs(addresses);
    if (code.no_memory) {
        free(code.list);
        return -ENOMEM;
    }
    pass_all(&code);
    *program = (struct bpf_program){.bf_len = code.length, .bf_insns = code.list};
    return 0;
}
