/*
 * Packets as the kernel's ring has them, struct tpacket3_hdr, become records of a pcap file
 * (draft-ietf-opsawg-pcap): this machine's byte order, microseconds. What libpcap's reader would do
 * to a packet is done here: the SLL or SLL2 header is put in front where the kernel gives none, the
 * VLAN tag that it took out is put back.
 */
#ifndef RECORDS_H
#define RECORDS_H

#include <pcap/pcap.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tpacket3_hdr;

/* What the records begin with, where it is not what the kernel has. */
enum record_link {
    RECORD_AS_IS,
    RECORD_ETHERNET, /* VLAN tags have their place behind the addresses */
    RECORD_SLL,      /* interfaces whose header libpcap does not know, or does not want: PPP, GRE */
    RECORD_SLL2,     /* "any" */
};

struct records {
    uint32_t snaplen; /* bytes */
    enum record_link link;
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
