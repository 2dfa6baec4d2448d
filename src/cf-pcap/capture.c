#include "capture.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "drops.h"
#include "message.h"
#include "options.h"
#include "output.h"

enum {
    RING_BYTES = 8 << 20, /* 32 blocks; the README has the measurements */
    BLOCK_MS = 20,        /* the kernel hands a block out when it is full, or once this old */
    /* The kernel looks at the age of a block every BLOCK_MS, and it takes it two looks to call a
     * block old: after this time every packet that came before is in reach. */
    DRAIN_MS = 2 * BLOCK_MS + 10,
    LOOK_BYTES = 1 << 20,
    PATIENCE_MS = 5000, /* with a reader that takes nothing, once the capture is to end */
};

struct run {
    pcap_t *capture;
    struct control *control;
    struct output output;
    struct drops drops;
    uint64_t captured; /* packets */
    size_t unlooked;   /* bytes of them since control was looked at */
    bool draining;     /* the ring is read to its end, which comes */
    int error;         /* of the output: 0 or a negative errno */
};

/*
 * The loopback interface shows each packet twice, as it leaves and as it arrives. libpcap takes the
 * second one; asked so (packet(7), since Linux 4.20), the kernel does not put the first into the
 * ring, which would cost the app that sends it, and half of the ring.
 */
static void see_once(pcap_t *capture, const char *interface)
{
    struct ifreq request = {0};
    int yes = 1;

    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", interface);
    if (ioctl(pcap_fileno(capture), SIOCGIFFLAGS, &request) == 0 &&
        (request.ifr_flags & IFF_LOOPBACK) != 0)
        setsockopt(pcap_fileno(capture), SOL_PACKET, PACKET_IGNORE_OUTGOING, &yes, sizeof yes);
}

pcap_t *capture_open(const char *interface, char error[CAPTURE_ERROR])
{
    pcap_t *capture = pcap_create(interface, error);

    if (capture == NULL)
        return NULL;
    pcap_set_snaplen(capture, SNAPLEN_DEFAULT);
    pcap_set_promisc(capture, 0);
    pcap_set_timeout(capture, BLOCK_MS);
    pcap_set_buffer_size(capture, RING_BYTES);

    int status =
        pcap_activate(capture); /* above 0: a warning, e.g. that "any" cannot be promiscuous */
    if (status < 0) {
        const char *detail = pcap_geterr(capture);
        snprintf(error, CAPTURE_ERROR, "%s%s%s", pcap_statustostr(status),
                 *detail == '\0' ? "" : ": ", detail);
        pcap_close(capture);
        return NULL;
    }
    see_once(capture, interface);
    /* "any": the newer format tells interfaces apart, and is tcpdump's, too. */
    if (pcap_datalink(capture) == DLT_LINUX_SLL)
        pcap_set_datalink(capture, DLT_LINUX_SLL2);
    if (pcap_setnonblock(capture, 1, error) != 0) {
        pcap_close(capture);
        return NULL;
    }
    return capture;
}

int capture_set_filter(pcap_t *capture, struct filter *filter)
{
    if (pcap_setfilter(capture, &filter->kernel) != 0) {
        message("cannot install the filter: %s", pcap_geterr(capture));
        return -EINVAL;
    }
    return 0;
}

static bool give_up(void *context, int64_t stalled)
{
    struct run *run = context;
    const struct control *control = run->control;

    drops_look(&run->drops);
    if (control_wait(run->control, -1, 0) == STOP_NONE)
        return false; /* the ring absorbs, then drops: that is counted, and nobody else waits */
    return control->hurry || control->stop == STOP_STDOUT || stalled >= PATIENCE_MS;
}

static void packets_came(struct run *run)
{
    run->control->last_packet = clock_ms();
    run->drops.due = true;
}

/* libpcap hands packets over until the ring is empty, which it never is where they come faster than
 * they are read: stdin, signals and time must be looked at meanwhile. */
static void look_around(struct run *run)
{
    run->unlooked = 0;
    packets_came(run);
    drops_look(&run->drops);
    if (control_wait(run->control, -1, 0) != STOP_NONE && !run->draining)
        pcap_breakloop(run->capture);
}

static void on_packet(u_char *context, const struct pcap_pkthdr *header, const u_char *data)
{
    struct run *run = (struct run *)(void *)context;

    if (run->error != 0)
        return;
    run->error = output_packet(&run->output, header, data);
    run->captured++;
    run->unlooked += header->caplen;
    if (run->error != 0)
        pcap_breakloop(run->capture);
    else if (run->unlooked >= LOOK_BYTES)
        look_around(run);
}

/* Takes what the ring has, and writes it. Returns pcap_dispatch's result. */
static int take(struct run *run)
{
    uint64_t before = run->captured;
    int result = pcap_dispatch(run->capture, -1, on_packet, (u_char *)run);

    if (run->error == 0)
        run->error = output_flush(&run->output);
    if (run->captured != before)
        packets_came(run);
    drops_look(&run->drops);
    return result;
}

/* From here on no packet enters the ring, so that draining it comes to an end. */
static void stop_inflow(pcap_t *capture)
{
    struct sock_filter reject = BPF_STMT(BPF_RET | BPF_K, 0);
    struct sock_fprog program = {.len = 1, .filter = &reject};

    setsockopt(pcap_fileno(capture), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

static void drain(struct run *run)
{
    int64_t end = clock_ms() + DRAIN_MS;

    stop_inflow(run->capture);
    run->draining = true;
    for (int64_t now = clock_ms(); now < end && run->error == 0; now = clock_ms()) {
        poll(NULL, 0, BLOCK_MS / 3);
        take(run);
    }
}

static void print_counts(struct run *run)
{
    struct pcap_stat counts = {0};

    if (pcap_stats(run->capture, &counts) != 0)
        message("cannot read the kernel's counts: %s", pcap_geterr(run->capture));
    message("%llu packets captured", (unsigned long long)run->captured);
    message("%u packets received by filter", counts.ps_recv);
    message("%u packets dropped by kernel", counts.ps_drop);
}

/* Says how writing ended, if it failed; the exit status. */
static int output_result(const struct run *run)
{
    switch (run->error) {
    case 0:
    case -EPIPE:
        return 0;
    case -ETIMEDOUT:
        if (run->control->stop == STOP_STDOUT)
            return 0;
        message("standard output takes no more data: the last %zu bytes are not written",
                run->output.used);
        return 1;
    default:
        message("cannot write to standard output: %s; the last %zu bytes are not written",
                strerror(-run->error), run->output.used);
        return 1;
    }
}

static int required_timeout(pcap_t *capture)
{
    const struct timeval *timeout = pcap_get_required_select_timeout(capture);

    return timeout == NULL ? -1 : (int)(timeout->tv_sec * 1000 + timeout->tv_usec / 1000 + 1);
}

int capture_run(pcap_t *capture, struct control *control, uint32_t snaplen, int (*ready)(void))
{
    struct run run = {.capture = capture, .control = control, .drops = {.capture = capture}};
    char lost[PCAP_ERRBUF_SIZE] = "";

    run.error =
        output_open(&run.output, STDOUT_FILENO, pcap_datalink(capture), snaplen, give_up, &run);
    if (run.error == 0 && ready() != 0)
        return 1;
    if (run.error == 0)
        run.error = output_flush(&run.output);

    while (run.error == 0 &&
           control_wait(control, pcap_get_selectable_fd(capture),
                        drops_wait(&run.drops, required_timeout(capture))) == STOP_NONE) {
        if (take(&run) == PCAP_ERROR) {
            strncpy(lost, pcap_geterr(capture), sizeof lost - 1);
            break;
        }
    }
    if (run.error == 0)
        drain(&run);

    int status = output_result(&run);
    if (lost[0] != '\0') {
        message("the capture broke: %s", lost);
        status = 1;
    } else if (control->stop == STOP_DURATION || control->stop == STOP_IDLE) {
        message("ended by %s", control_stop_text(control->stop));
    }
    print_counts(&run);
    return status;
}
