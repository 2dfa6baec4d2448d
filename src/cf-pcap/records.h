/*
 * Packets as the kernel's ring has them, struct tpacket3_hdr, become records of a pcap file
 * (draft-ietf-opsawg-pcap): this machine's byte order, microseconds. What libpcap's reader would do
 * to a packet is done here: the SLL2 header of "any" is put in front, the VLAN tag that the kernel
 * took out is put back.
 */
#ifndef RECORDS_H
#define RECORDS_H

#include <pcap/pcap.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tpacket3_hdr;

struct records {
    uint32_t snaplen;               /* bytes */
    bool cooked;                    /* the packets have no link-layer header: SLL2 */
    bool ethernet;                  /* VLAN tags have their place behind the addresses */
    const struct bpf_program *user; /* a filter that the kernel cannot run; bf_len 0: none */
    uint64_t skip;                  /* packets from before the filter was attached */
    uint64_t rejected;              /* by `user` */
};

enum { RECORDS_BEHIND = 15 };

/*
 * Writes `count` packets, the first of them `frame`, as records at `to`. That may be in front of
 * them in the same memory, where the block's header ends: a record is shorter than a frame. Up to
 * RECORDS_BEHIND bytes behind the last record, but none behind the last frame, may be written too.
 * Returns the bytes; *written is the number of records.
 */
size_t records_write(struct records *records, const struct tpacket3_hdr *frame, uint32_t count,
                     unsigned char *to, uint32_t *written);

#endif
