/*
 * Turns packets of the kernel's ring, struct tpacket3_hdr, into records of a pcap file
 * (draft-ietf-opsawg-pcap): this machine's byte order, microseconds. Does what libpcap's reader
 * would do to a packet: adds the SLL or SLL2 header if the kernel gives none, and puts back the
 * VLAN tag that the kernel took out.
 */
#ifndef RECORDS_H
#define RECORDS_H

#include <pcap/pcap.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tpacket3_hdr;

/* The header that records begin with, if the kernel's packet has another one. */
enum record_link {
    RECORD_AS_IS,
    RECORD_ETHERNET, /* VLAN tags follow the addresses */
    RECORD_SLL,      /* interfaces whose header libpcap does not know or use: PPP, GRE */
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
 * Writes `count` packets, the first of them `frame`, as records at `to`. `to` may be before them in
 * the same memory, at the end of the block's header, because a record is shorter than a frame. May
 * also write up to RECORDS_BEHIND bytes after the last record, but none after the last frame.
 * Returns the bytes; *written is the number of records.
 */
size_t records_write(struct records *records, const struct tpacket3_hdr *frame, uint32_t count,
                     unsigned char *to, uint32_t *written);

#endif
