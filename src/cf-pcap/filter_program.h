/*
 * Properties of BPF programs, and how to join two.
 */
#ifndef FILTER_PROGRAM_H
#define FILTER_PROGRAM_H

#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdint.h>

enum { PROGRAM_REFUSAL = 160 };

/*
 * Whether the kernel accepts a program for a link type: asks the kernel, with a socket of its own.
 * If not, `reason` says why.
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

/* Changes the program so that it keeps at most so many bytes of a packet. */
void program_cut(struct bpf_program *program, uint32_t snaplen);

/* Makes one program of two, in memory of its own: where the first ends, the second begins. 0 or
 * -ENOMEM. */
int program_join(struct bpf_program *joined, const struct bpf_program *first,
                 const struct bpf_program *second);

#endif
