#include "capture.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "drops.h"
#include "message.h"
#include "output.h"

enum {
    /* The kernel hands out the last packets when its timer fires the second time, which may be
     * late. */
    DRAIN_MS = RING_BLOCK_MS / 4,
    DRAIN_MAX_MS = 1000,
    BLIND_MS = 5 * RING_BLOCK_MS, /* if the kernel does not tell how many packets there are */
};

struct run {
    struct capture *capture;
    struct control *control;
    struct output output;
    struct drops drops;
    int error; /* of the output: 0 or a negative errno */
};

/* No packet enters after the stop, so that writing comes to an end. If the kernel has no memory for
 * the filter, packets enter until the ring is empty once, and all are counted. */
static void on_stop(void *context)
{
    struct run *run = context;

    ring_close_inflow(&run->capture->ring);
}

/* Takes the oldest waiting block into the output's buffer, which must have room for it. */
static void take_block(struct run *run)
{
    uint32_t packets = 0;
    size_t bytes = ring_take(&run->capture->ring, &run->capture->records,
                             output_space(&run->output), &packets);

    output_add(&run->output, bytes, packets);
    if (packets > 0) {
        control_busy(run->control);
        run->drops.due = true;
    }
}

/* Called while the reader is slow. The buffer and then the ring hold what comes; the kernel drops
 * and counts the rest, and the app does not wait. */
static bool give_up(void *context)
{
    struct run *run = context;

    /* Packets that the filter rejects take no room, so room alone would not end this loop. */
    int64_t until = clock_ms() + RING_BLOCK_MS;

    control_wait(run->control, -1, 0);
    while (ring_waits(&run->capture->ring) && output_room(&run->output) >= RING_BLOCK &&
           clock_ms() < until)
        take_block(run);
    ring_pack(&run->capture->ring, &run->capture->records);
    control_busy(run->control); /* a capture that waits for its reader is not idle */
    drops_look(&run->drops);
    return clock_ms() >= run->control->deadline;
}

/*
 * Takes all that waits in the ring, and writes it. The ring never becomes empty while packets come
 * faster than they are read, or than a filter runs. So this also looks at what ends the capture,
 * and writes what it has taken.
 */
static void take(struct run *run)
{
    int64_t flushed = clock_ms();

    while (run->error == 0 && ring_waits(&run->capture->ring)) {
        int64_t now = clock_ms();

        if (now - flushed >= RING_BLOCK_MS || output_room(&run->output) < RING_BLOCK) {
            run->error = output_flush(&run->output);
            flushed = now;
        } else {
            take_block(run);
        }
        control_wait(run->control, -1, 0);
        drops_look(&run->drops);
    }
    if (run->error == 0)
        run->error = output_flush(&run->output);
    drops_look(&run->drops);
}

static int timeout(const struct run *run)
{
    int timeout = drops_wait(&run->drops, -1);

    if (run->control->stop != STOP_NONE)
        return DRAIN_MS;
    if (run->capture->device.down && (timeout < 0 || timeout > DEVICE_LOOK_MS))
        timeout = DEVICE_LOOK_MS;
    return timeout;
}

/* Whether everything that entered the ring has been taken, also what was packed during a blocked
 * write. */
static bool is_drained(struct run *run)
{
    if (ring_waits(&run->capture->ring))
        return false;
    int64_t unread = ring_unread(&run->capture->ring);
    int64_t longest = unread < 0 ? BLIND_MS : DRAIN_MAX_MS;

    return unread == 0 || clock_ms() >= run->control->stopped_at + longest;
}

/* Captures until the end. 0, or the error that broke the capture. */
static int capture_all(struct run *run)
{
    struct capture *capture = run->capture;
    int broken = 0;

    while (run->error == 0) {
        control_wait(run->control, capture->ring.fd, timeout(run));
        take(run);
        int error = device_look(&capture->device, run->control->capture_events);
        if (error != 0 && broken == 0) {
            broken = error;
            control_stop(run->control, STOP_BROKEN);
        }
        if (run->control->stop != STOP_NONE && is_drained(run))
            break;
    }
    return broken;
}

/* captured: whole packets in the output. dropped: all others that passed the filter. */
static void print_counts(const struct run *run, int error)
{
    struct capture *capture = run->capture;
    uint64_t received = capture->ring.counts.received - capture->before - capture->records.rejected;

    capture->captured = run->output.written;
    capture->dropped = error != 0 ? error : (int64_t)(received - run->output.written);
    message("%llu packets captured", (unsigned long long)run->output.written);
    if (error != 0) {
        message("how many packets were received and dropped is not known: cannot read the "
                "kernel's counts: %s",
                strerror(-error));
        return;
    }
    message("%llu packets received by filter", (unsigned long long)received);
    message("%llu packets dropped by kernel", (unsigned long long)(received - run->output.written));
}

/* Prints a message if writing failed. Returns the exit status. */
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
                run->output.unwritten);
        return 1;
    default:
        message("cannot write to standard output: %s; the last %zu bytes are not written",
                strerror(-run->error), run->output.unwritten);
        return 1;
    }
}

int capture_run(struct capture *capture, struct control *control, uint32_t snaplen,
                int (*ready)(void))
{
    struct run run = {
        .capture = capture,
        .control = control,
        .drops = {.ring = &capture->ring},
        .output = {
            .fd = STDOUT_FILENO, .tick = control->tick, .give_up = give_up, .context = &run}};
    struct pcap_file_header header = {0};
    int broken = 0;

    capture->records.snaplen = snaplen;
    control->stopped = on_stop;
    // cppcheck-suppress autoVariables // nobody waits for this control once the capture is over
    control->context = &run;
    run.error = capture_file_header(capture, snaplen, &header);
    if (run.error == 0)
        run.error = output_open(&run.output, &header);
    if (run.error == 0 && ready() != 0)
        return 1;
    if (run.error == 0)
        run.error = output_flush(&run.output);
    if (run.error == 0)
        broken = capture_all(&run);
    ring_close_inflow(&capture->ring);
    int counts_error = ring_count(&capture->ring);

    int status = output_result(&run);
    if (broken != 0) {
        message("the capture broke: %s",
                broken == -ENODEV ? "the interface disappeared" : strerror(-broken));
        status = 1;
    } else if (control->stop == STOP_DURATION || control->stop == STOP_IDLE) {
        message("ended by %s", control_stop_text(control->stop));
    }
    print_counts(&run, counts_error);
    return status;
}
