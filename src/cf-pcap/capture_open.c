#include "capture.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <pcap/dlt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "message.h"
#include "options.h"

static int flags_of(int fd, const char *interface)
{
    struct ifreq request = {0};

    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", interface);
    return ioctl(fd, SIOCGIFFLAGS, &request) == 0 ? request.ifr_flags : 0;
}

static int index_of(int fd, const char *interface)
{
    struct ifreq request = {0};

    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", interface);
    return ioctl(fd, SIOCGIFINDEX, &request) == 0 ? request.ifr_ifindex : 0;
}

/*
 * The loopback interface shows each packet twice, as it leaves and as it arrives.
 * PACKET_IGNORE_OUTGOING (packet(7), since Linux 4.20) keeps the first out of the ring, where it
 * would take half of the room, and time of the app that sends it. "any" must show what leaves by
 * other interfaces, so there the filter does it (see_once_on_any).
 */
static void see_once(struct capture *capture, const char *interface)
{
    int yes = 1;

    if ((flags_of(capture->ring.fd, interface) & IFF_LOOPBACK) != 0)
        setsockopt(capture->ring.fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &yes, sizeof yes);
    if (capture->records.link == RECORD_SLL2)
        capture->loopback = index_of(capture->ring.fd, "lo");
}

static int activate(pcap_t *handle, char error[CAPTURE_ERROR])
{
    pcap_set_snaplen(handle, SNAPLEN_MAX);
    pcap_set_promisc(handle, 0);
    pcap_set_timeout(handle, RING_BLOCK_MS);
    pcap_set_buffer_size(handle, RING_BYTES);

    int status =
        pcap_activate(handle); /* above 0: a warning, such as that "any" cannot be promiscuous */
    if (status >= 0)
        return 0;
    const char *text = pcap_statustostr(status);
    const char *detail = pcap_geterr(handle);
    bool more = *detail != '\0' && strcmp(detail, text) != 0;
    snprintf(error, CAPTURE_ERROR, "%s%s%s", text, more ? ": " : "", more ? detail : "");
    return -1;
}

static enum record_link link_of(int link_type)
{
    switch (link_type) {
    case DLT_EN10MB:
        return RECORD_ETHERNET;
    case DLT_LINUX_SLL:
        return RECORD_SLL;
    case DLT_LINUX_SLL2:
        return RECORD_SLL2;
    default:
        return RECORD_AS_IS;
    }
}

int capture_open(struct capture *capture, const char *interface, char error[CAPTURE_ERROR])
{
    *capture = (struct capture){.handle = pcap_create(interface, error)};
    if (capture->handle == NULL)
        return -1;
    if (activate(capture->handle, error) != 0) {
        pcap_close(capture->handle);
        return -1;
    }
    pcap_setnonblock(capture->handle, 1,
                     error); /* closes a descriptor that only libpcap's reader uses */
    int result = ring_open(&capture->ring, capture->handle);
    if (result == 0)
        result = ring_close_inflow(&capture->ring);
    if (result != 0) {
        snprintf(error, CAPTURE_ERROR, "cannot read the kernel's ring: %s", strerror(-result));
        pcap_close(capture->handle);
        return -1;
    }
    /* CAN frames have fields in this machine's byte order, which libpcap's reader converts and ours
     * does not. */
    if (pcap_datalink(capture->handle) == DLT_CAN_SOCKETCAN) {
        snprintf(error, CAPTURE_ERROR, "it is a CAN bus, and they are not captured");
        pcap_close(capture->handle);
        return -1;
    }
    /* On "any", the newer format names the interface of a packet; tcpdump uses it, too. */
    if (pcap_datalink(capture->handle) == DLT_LINUX_SLL)
        pcap_set_datalink(capture->handle, DLT_LINUX_SLL2);
    capture->records.link = link_of(pcap_datalink(capture->handle));
    capture->device.fd = capture->ring.fd;
    snprintf(capture->device.name, sizeof capture->device.name, "%s", interface);
    see_once(capture, interface);
    return 0;
}

/* Put before the filter of "any": rejects what leaves by `lo`, because it will arrive there, too.
 * */
static int see_once_on_any(const struct capture *capture, const struct bpf_program *filter,
                           struct bpf_program *program)
{
    const struct bpf_insn once[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, (bpf_u_int32)SKF_AD_OFF + SKF_AD_PKTTYPE),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_OUTGOING, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (bpf_u_int32)SKF_AD_OFF + SKF_AD_IFINDEX),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (bpf_u_int32)capture->loopback, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0),
    };
    const u_int length = sizeof once / sizeof once[0];

    program->bf_len = length + filter->bf_len;
    program->bf_insns = calloc(program->bf_len, sizeof once[0]);
    if (program->bf_insns == NULL)
        return -ENOMEM;
    memcpy(program->bf_insns, once, sizeof once);
    memcpy(program->bf_insns + length, filter->bf_insns, filter->bf_len * sizeof once[0]);
    return 0;
}

/* Whether the kernel runs a filter of this length. If it refuses one, libpcap runs the filter
 * itself. */
static bool is_attached(int fd, u_int length)
{
    socklen_t attached = 0; /* without a buffer, getsockopt gives the number of instructions */

    return getsockopt(fd, SOL_SOCKET, SO_GET_FILTER, NULL, &attached) == 0 && attached == length;
}

static int attach(struct capture *capture, struct bpf_program *program)
{
    /* Packets that came after the opening, before all were rejected, are in the ring. Only their
     * number distinguishes them from those that the filter lets in. */
    int error = ring_count(&capture->ring);
    if (error != 0) {
        message("cannot read the kernel's counts of packets: %s", strerror(-error));
        return error;
    }
    capture->before = capture->ring.counts.received - capture->ring.counts.dropped;
    capture->ring.counts = (struct ring_counts){.received = capture->before};
    capture->records.skip = capture->before;

    bool set = pcap_setfilter(capture->handle, program) == 0;
    if (set && is_attached(capture->ring.fd, program->bf_len))
        return 0;
    message("the kernel does not take the filter: %s",
            set ? strerror(ENOTSUP) : pcap_geterr(capture->handle));
    return -EINVAL;
}

int capture_filter(struct capture *capture, const struct filter *filter)
{
    struct bpf_program program = filter->kernel;
    bool any = capture->records.link == RECORD_SLL2 && capture->loopback != 0;

    int error = any ? see_once_on_any(capture, &filter->kernel, &program) : 0;
    if (error == 0)
        error = attach(capture, &program);
    if (any)
        free(program.bf_insns);
    capture->records.user = filter->user.bf_len > 0 ? &filter->user : NULL;
    return error;
}

/* The number of a link type in a file can differ from libpcap's, and only libpcap knows both. */
int capture_file_header(const struct capture *capture, uint32_t snaplen,
                        struct pcap_file_header *header)
{
    FILE *memory = fmemopen(header, sizeof *header, "w");
    if (memory == NULL)
        return -errno;
    pcap_dumper_t *file = pcap_dump_fopen(capture->handle, memory);
    if (file == NULL) {
        fclose(memory);
        return -ENOTSUP;
    }
    pcap_dump_close(file);
    header->snaplen = snaplen;
    return header->magic == 0 ? -EIO : 0;
}
