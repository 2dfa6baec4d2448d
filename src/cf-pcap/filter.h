/*
 * Compiles the user's filter, pcap-filter(7), and joins it to the exclusion of SSH.
 */
#ifndef FILTER_H
#define FILTER_H

#include <pcap/pcap.h>

#include "options.h"

/* Instructions: BPF_MAXINSNS of linux/bpf_common.h, less those that capture_filter puts before the
 * filter. */
enum { FILTER_KERNEL_MAX = 4096 - 8 };

/*
 * The kernel's program is never empty; it cuts packets to the snaplen where the kernel does all.
 *
 * The user's program is empty (bf_len 0) but for filters that the kernel cannot run. There, the
 * kernel's program is the exclusion alone, and whole packets are to be given to bpf_filter() with
 * the user's program, as they stand in the output (the tag of a VLAN put back, the header of "any"
 * in front), but with the length on the wire that the kernel knows, without those two. 0 from it
 * means that the packet does not match. Those filters are:
 *
 *   - longer, with the exclusion, than FILTER_KERNEL_MAX instructions, or than net.core.optmem_max
 *     of the kernel lets a filter be: more than about 600 hosts or 300 ports. libpcap (see
 *     src/libpcap) optimizes up to about that length, so that all that the kernel runs, in the
 *     time of who sends or receives the packet, is optimized;
 *   - `protochain`: a loop;
 *   - on "any": bytes of the link layer's header other than its fields of protocol, interface and
 *     packet type, as in `link[5]`.
 */
struct filter {
    struct bpf_program kernel;
    struct bpf_program user;
};

/*
 * Compiles the user's expression (all packets if it is blank) once, after `exclusion`, see
 * exclusion.h: words like `vlan` shift the offsets of all that follows, and nothing in the
 * expression can reach what precedes it. Attaches nothing. Resolves names with the container's
 * /etc/hosts, resolv.conf and services. The interface gives the netmask for `ip broadcast`. Prints
 * a note if the kernel cannot run the filter, and with --verbose the program.
 *
 * 0, or a negative errno after a message; -ENOTSUP: only the kernel could run it, and cannot
 * (`inbound`, `outbound` or `ifindex` with `protochain`, or in a filter that is too long). It may
 * take minutes, mostly for name servers that do not answer: the caller limits its time, and
 * memory.h its memory.
 */
int filter_compile(struct filter *filter, pcap_t *capture, const struct options *options,
                   const struct bpf_program *exclusion);

/* May be called for a filter that was set to zeros, or twice. */
void filter_free(struct filter *filter);

#endif
