#include "filter_program.h"

#include <errno.h>
#include <linux/filter.h>
#include <pcap/sll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "filter.h"

static bool loads_packet(const struct bpf_insn *at)
{
    int mode = BPF_MODE(at->code);

    return (BPF_CLASS(at->code) == BPF_LD || BPF_CLASS(at->code) == BPF_LDX) &&
           (mode == BPF_ABS || mode == BPF_IND || mode == BPF_MSH);
}

static bool loads_from_kernel(const struct bpf_insn *at)
{
    return loads_packet(at) && at->k >= (bpf_u_int32)SKF_AD_OFF;
}

static bool steps_back(const struct bpf_program *program)
{
    for (u_int i = 0; i < program->bf_len; i++)
        if (program->bf_insns[i].code == (BPF_JMP | BPF_JA) && (int32_t)program->bf_insns[i].k < 0)
            return true;
    return false;
}

/*
 * On "any", the kernel has no header of the link layer. pcap_setfilter(3) has the kernel's own
 * knowledge loaded in place of three fields, by their offset alone: it must be that field, whole,
 * and nothing added to the offset.
 */
static bool is_field(const struct bpf_insn *at, int link_type)
{
    static const struct {
        int link_type;
        bpf_u_int32 offset;
        int size;
    } fields[] = {
        {DLT_LINUX_SLL2, offsetof(struct sll2_header, sll2_protocol), BPF_H},
        {DLT_LINUX_SLL2, offsetof(struct sll2_header, sll2_if_index), BPF_W},
        {DLT_LINUX_SLL2, offsetof(struct sll2_header, sll2_pkttype), BPF_B},
        {DLT_LINUX_SLL, offsetof(struct sll_header, sll_pkttype), BPF_H},
        {DLT_LINUX_SLL, offsetof(struct sll_header, sll_protocol), BPF_H},
    };

    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (fields[i].link_type == link_type && fields[i].offset == at->k &&
            at->code == (BPF_LD | BPF_ABS | fields[i].size))
            return true;
    return false;
}

static bool loads_header(const struct bpf_program *program, int link_type)
{
    bpf_u_int32 header = link_type == DLT_LINUX_SLL2  ? SLL2_HDR_LEN
                         : link_type == DLT_LINUX_SLL ? SLL_HDR_LEN
                                                      : 0;

    for (u_int i = 0; i < program->bf_len; i++) {
        const struct bpf_insn *at = &program->bf_insns[i];

        if (loads_packet(at) && at->k < header && !is_field(at, link_type))
            return true;
    }
    return false;
}

static int attach(int fd, const struct bpf_program *program)
{
    struct sock_fprog kernel = {
        .len = (unsigned short)program->bf_len,
        .filter = (struct sock_filter *)(void *)program->bf_insns,
    };

    return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &kernel, sizeof kernel) == 0 ? 0 : -errno;
}

/* On a socket that has a small filter already, as the capture's has: both count for a moment, and
 * the kernel must not refuse there what it took here. 0 or a negative errno. */
static int try_in_kernel(const struct bpf_program *program)
{
    struct bpf_insn rejects[32];
    struct bpf_program small = {.bf_len = sizeof rejects / sizeof rejects[0], .bf_insns = rejects};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -errno;
    for (u_int i = 0; i < small.bf_len; i++)
        rejects[i] = (struct bpf_insn){.code = BPF_RET | BPF_K};
    int result = attach(fd, &small);
    if (result == 0)
        result = attach(fd, program);
    close(fd);
    return result;
}

bool program_suits_kernel(const struct bpf_program *program, int link_type,
                          char reason[PROGRAM_REFUSAL])
{
    *reason = '\0';
    if (steps_back(program))
        snprintf(reason, PROGRAM_REFUSAL, "`protochain` is a loop");
    else if (loads_header(program, link_type))
        snprintf(reason, PROGRAM_REFUSAL,
                 "on 'any' there is no link layer header to look at, but in the capture");
    else if (program->bf_len > FILTER_KERNEL_MAX)
        snprintf(reason, PROGRAM_REFUSAL,
                 "it has %u instructions, and %d are the most; `net` and `portrange` need fewer",
                 program->bf_len, FILTER_KERNEL_MAX);
    if (*reason != '\0')
        return false;

    int error = try_in_kernel(program);
    if (error == -ENOMEM)
        snprintf(reason, PROGRAM_REFUSAL,
                 "its %u instructions take more memory than net.core.optmem_max allows",
                 program->bf_len);
    else if (error != 0)
        snprintf(reason, PROGRAM_REFUSAL, "%s", strerror(-error));
    return error == 0;
}

bool program_asks_kernel(const struct bpf_program *program)
{
    for (u_int i = 0; i < program->bf_len; i++)
        if (loads_from_kernel(&program->bf_insns[i]))
            return true;
    return false;
}

int program_keep_all(struct bpf_program *program, uint32_t snaplen)
{
    program->bf_insns = malloc(sizeof *program->bf_insns);
    if (program->bf_insns == NULL)
        return -ENOMEM;
    program->bf_len = 1;
    program->bf_insns[0] = (struct bpf_insn){.code = BPF_RET | BPF_K, .k = snaplen};
    return 0;
}

void program_cut(struct bpf_program *program, uint32_t snaplen)
{
    for (u_int i = 0; i < program->bf_len; i++)
        if (program->bf_insns[i].code == (BPF_RET | BPF_K) && program->bf_insns[i].k != 0)
            program->bf_insns[i].k = snaplen;
}

int program_join(struct bpf_program *joined, const struct bpf_program *first,
                 const struct bpf_program *second)
{
    struct bpf_insn *list = malloc((first->bf_len + second->bf_len) * sizeof *list);

    if (list == NULL)
        return -ENOMEM;
    if (first->bf_len != 0)
        memcpy(list, first->bf_insns, first->bf_len * sizeof *list);
    memcpy(list + first->bf_len, second->bf_insns, second->bf_len * sizeof *list);
    *joined = (struct bpf_program){.bf_len = first->bf_len + second->bf_len, .bf_insns = list};
    return 0;
}
