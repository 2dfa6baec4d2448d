#include "records.h"

#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <pcap/sll.h>
#include <string.h>

#include <arpa/inet.h>

#include "record.h"

enum { VLAN_TAG = 4, VLAN_PLACE = 2 * ETH_ALEN, SHORT = 256, STEP = 16 };

/* Where the kernel puts the address, after the frame's own header. */
static const size_t link_offset =
    (sizeof(struct tpacket3_hdr) + TPACKET_ALIGNMENT - 1) / TPACKET_ALIGNMENT * TPACKET_ALIGNMENT;

/* A copy to lower addresses, which may overlap. Copies short packets 16 bytes at a time, the last
 * 16 whole: the C library's memmove takes longer to begin than such a copy takes. */
static void copy_down(unsigned char *to, const unsigned char *from, size_t bytes)
{
    if (bytes > SHORT) {
        memmove(to, from, bytes);
        return;
    }
    for (size_t at = 0; at < bytes; at += STEP) {
        unsigned char step[STEP];

        memcpy(step, from + at, STEP);
        memcpy(to + at, step, STEP);
    }
}

/* Makes a struct sll2_header of what the kernel tells about the packet. */
static void write_sll2(unsigned char *to, const struct sockaddr_ll *link)
{
    struct sll2_header header = {
        .sll2_protocol = link->sll_protocol,
        .sll2_if_index = htonl((uint32_t)link->sll_ifindex),
        .sll2_hatype = htons(link->sll_hatype),
        .sll2_pkttype = link->sll_pkttype,
        .sll2_halen = link->sll_halen,
    };

    /* Only the address: the bytes after it are of an older packet. */
    memcpy(header.sll2_addr, link->sll_addr,
           link->sll_halen < SLL_ADDRLEN ? link->sll_halen : SLL_ADDRLEN);
    memcpy(to, &header, sizeof header);
}

/* struct sll_header, with a tag in front of the protocol if there is one. */
static void write_sll(unsigned char *to, const struct sockaddr_ll *link, const unsigned char *tag)
{
    struct sll_header header = {
        .sll_pkttype = htons(link->sll_pkttype),
        .sll_hatype = htons(link->sll_hatype),
        .sll_halen = htons(link->sll_halen),
        .sll_protocol = link->sll_protocol,
    };
    const size_t protocol = offsetof(struct sll_header, sll_protocol);

    memcpy(header.sll_addr, link->sll_addr,
           link->sll_halen < SLL_ADDRLEN ? link->sll_halen : SLL_ADDRLEN);
    memcpy(to, &header, protocol);
    if (tag != NULL) {
        memcpy(to + protocol, tag, VLAN_TAG);
        to += VLAN_TAG;
    }
    memcpy(to + protocol, &header.sll_protocol, sizeof header.sll_protocol);
}

static bool has_tag(const struct tpacket3_hdr *frame)
{
    return (frame->tp_status & TP_STATUS_VLAN_VALID) != 0 || frame->hv1.tp_vlan_tci != 0;
}

static void write_tag(unsigned char *to, const struct tpacket3_hdr *frame)
{
    bool named =
        (frame->tp_status & TP_STATUS_VLAN_TPID_VALID) != 0 || frame->hv1.tp_vlan_tpid != 0;
    uint16_t tag[2] = {htons(named ? frame->hv1.tp_vlan_tpid : ETH_P_8021Q),
                       htons((uint16_t)frame->hv1.tp_vlan_tci)};

    memcpy(to, tag, sizeof tag);
}

/* Copies an Ethernet packet with its tag put back. */
static uint32_t copy_tagged(unsigned char *to, const unsigned char *data, uint32_t length,
                            const struct tpacket3_hdr *frame)
{
    unsigned char addresses[VLAN_PLACE];
    unsigned char tag[VLAN_TAG];

    write_tag(tag, frame);
    memcpy(addresses, data, sizeof addresses);
    copy_down(to + VLAN_PLACE + VLAN_TAG, data + VLAN_PLACE, length - VLAN_PLACE);
    memcpy(to, addresses, sizeof addresses);
    memcpy(to + VLAN_PLACE, tag, sizeof tag);
    return length + VLAN_TAG;
}

/* Copies a packet after a header that the kernel does not give. With SLL, but not with SLL2, a tag
 * precedes the protocol, as in libpcap. */
static uint32_t copy_cooked(unsigned char *to, const unsigned char *data, uint32_t length,
                            const struct tpacket3_hdr *frame, enum record_link kind)
{
    uint32_t header = kind == RECORD_SLL2 ? SLL2_HDR_LEN : SLL_HDR_LEN;
    bool tagged = kind == RECORD_SLL && has_tag(frame);
    unsigned char tag[VLAN_TAG] = {0};
    struct sockaddr_ll link;

    /* Everything in the frame's head is read before the copy overwrites it. */
    memcpy(&link, (const unsigned char *)frame + link_offset, sizeof link);
    if (tagged) {
        write_tag(tag, frame);
        header += VLAN_TAG;
    }
    copy_down(to + header, data, length);
    if (kind == RECORD_SLL2)
        write_sll2(to, &link);
    else
        write_sll(to, &link, tagged ? tag : NULL);
    return header + length;
}

/* The packet as it goes into the record, without the record's header. Returns its bytes. */
static uint32_t write_packet(const struct records *records, const struct tpacket3_hdr *frame,
                             unsigned char *to)
{
    const unsigned char *data = (const unsigned char *)frame + frame->tp_mac;
    uint32_t length = frame->tp_snaplen;

    if (records->link == RECORD_SLL2 || records->link == RECORD_SLL)
        return copy_cooked(to, data, length, frame, records->link);
    if (records->link == RECORD_ETHERNET && has_tag(frame) && length >= VLAN_PLACE)
        return copy_tagged(to, data, length, frame);
    copy_down(to, data, length);
    return length;
}

size_t records_write(struct records *records, const struct tpacket3_hdr *frame, uint32_t count,
                     unsigned char *to, uint32_t *written)
{
    const unsigned char *at = (const unsigned char *)frame;
    unsigned char *begin = to;

    *written = 0;
    for (; count > 0; count--) {
        const unsigned char *next = at + frame->tp_next_offset;
        struct record_header header = {.seconds = frame->tp_sec,
                                       .microseconds = frame->tp_nsec / 1000};

        __builtin_prefetch(next);
        __builtin_prefetch(next + 64);
        if (records->skip > 0) {
            records->skip--;
        } else {
            /* The copy may overwrite the frame's head. */
            uint32_t stored = frame->tp_snaplen;
            uint32_t on_wire = frame->tp_len;
            uint32_t length = write_packet(records, frame, to + sizeof header);

            header.original_length = on_wire + length - stored;
            header.captured_length = length < records->snaplen ? length : records->snaplen;
            if (records->user != NULL &&
                bpf_filter(records->user->bf_insns, to + sizeof header, on_wire, length) == 0) {
                records->rejected++;
            } else {
                memcpy(to, &header, sizeof header);
                to += sizeof header + header.captured_length;
                ++*written;
            }
        }
        at = next;
        frame = (const struct tpacket3_hdr *)(const void *)at;
    }
    return (size_t)(to - begin);
}
