/* Makes pcap in memory, in any of its four kinds. */
#ifndef PCAP_BYTES_H
#define PCAP_BYTES_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct pcap_bytes {
    uint8_t *at; /* where the next byte goes; the caller sees to the room */
    bool swapped, nano;
};

static inline void pcap_put32(struct pcap_bytes *pcap, uint32_t value)
{
    if (pcap->swapped)
        value = __builtin_bswap32(value);
    memcpy(pcap->at, &value, sizeof value);
    pcap->at += sizeof value;
}

static inline void pcap_put_header(struct pcap_bytes *pcap, uint32_t link_type)
{
    uint16_t version[2] = {2, 4};

    if (pcap->swapped) {
        version[0] = __builtin_bswap16(version[0]);
        version[1] = __builtin_bswap16(version[1]);
    }
    pcap_put32(pcap, pcap->nano ? 0xa1b23c4d : 0xa1b2c3d4);
    memcpy(pcap->at, version, sizeof version);
    pcap->at += sizeof version;
    pcap_put32(pcap, 0);
    pcap_put32(pcap, 0);
    pcap_put32(pcap, 1500);
    pcap_put32(pcap, link_type);
}

/* `time` in nanoseconds; the packet is filled with `fill`. */
static inline void pcap_put_packet(struct pcap_bytes *pcap, uint64_t time, uint32_t captured,
                                   uint32_t original, uint8_t fill)
{
    pcap_put32(pcap, (uint32_t)(time / 1000000000));
    pcap_put32(pcap, (uint32_t)(time % 1000000000 / (pcap->nano ? 1 : 1000)));
    pcap_put32(pcap, captured);
    pcap_put32(pcap, original);
    memset(pcap->at, fill, captured);
    pcap->at += captured;
}

#endif
