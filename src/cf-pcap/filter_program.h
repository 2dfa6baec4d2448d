/*
 * What can be told of a BPF program by looking at it, and two that become one.
 */
#ifndef FILTER_PROGRAM_H
#define FILTER_PROGRAM_H

#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdint.h>

enum { PROGRAM_REFUSAL = 160 };

/*
 * Whether the kernel takes a program for a link type: asked of the kernel itself, with a socket
 * that is closed again. false: `reason` tells why not.
 */
bool program_suits_kernel(const struct bpf_program *program, int link_type,
                          char reason[PROGRAM_REFUSAL]);

/* Whether it loads what only the kernel knows of a packet: tag, direction, interface. */
bool program_asks_kernel(const struct bpf_program *program);

/*
 * A program that keeps `snaplen` bytes of each packet, to be freed with pcap_freecode(3). 0 or
 * -ENOMEM.
 */
int program_keep_all(struct bpf_program *program, uint32_t snaplen);

/* Has each packet that is kept cut to so many bytes. */
void program_cut(struct bpf_program *program, uint32_t snaplen);

/* One after the other, in memory of its own; the first goes on behind its end. 0 or -ENOMEM. */
int program_join(struct bpf_program *joined, const struct bpf_program *first,
                 const struct bpf_program *second);

#endif
