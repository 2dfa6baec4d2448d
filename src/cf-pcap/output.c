#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "clock.h"

enum { BUFFER_BYTES = 1 << 20, PIPE_BYTES = 256 << 10, TICK_US = 50000 };

struct file_header {
    uint32_t magic;
    uint16_t version_major;
    uint16_t version_minor;
    uint32_t reserved1; /* once the time zone */
    uint32_t reserved2; /* once the accuracy of timestamps */
    uint32_t snaplen;
    uint32_t linktype;
};

struct record_header {
    uint32_t seconds;
    uint32_t microseconds;
    uint32_t captured_length;
    uint32_t original_length;
};

static void tick(int number)
{
    (void)number; /* its arrival ends the write: that is all it is for */
}

static int catch_ticks(void)
{
    struct sigaction action = {.sa_handler = tick}; /* no SA_RESTART */
    sigset_t alarm;

    if (sigemptyset(&action.sa_mask) != 0 || sigaction(SIGALRM, &action, NULL) != 0 ||
        sigemptyset(&alarm) != 0 || sigaddset(&alarm, SIGALRM) != 0 ||
        sigprocmask(SIG_UNBLOCK, &alarm, NULL) != 0)
        return -errno;
    return 0;
}

static void set_ticks(suseconds_t interval)
{
    struct itimerval timer = {{0, interval}, {0, interval}};

    setitimer(ITIMER_REAL, &timer, NULL);
}

void output_widen_pipe(int fd)
{
    int size = fcntl(fd, F_GETPIPE_SZ);

    if (size >= 0 && size < PIPE_BYTES)
        fcntl(fd, F_SETPIPE_SZ, PIPE_BYTES);
}

int output_open(struct output *output, int fd, int linktype, uint32_t snaplen,
                output_patience *give_up, void *context)
{
    struct file_header header = {0xa1b2c3d4, 2, 4, 0, 0, snaplen, (uint32_t)linktype};

    *output = (struct output){.fd = fd, .snaplen = snaplen, .give_up = give_up, .context = context};
    output->buffer = malloc(BUFFER_BYTES);
    if (output->buffer == NULL)
        return -ENOMEM;
    memcpy(output->buffer, &header, sizeof header);
    output->used = sizeof header;
    return catch_ticks();
}

int output_flush(struct output *output)
{
    size_t done = 0;
    int result = 0;
    int64_t progress = clock_ms();

    if (output->used == 0)
        return 0;
    set_ticks(TICK_US);
    while (done < output->used) {
        ssize_t written = write(output->fd, output->buffer + done, output->used - done);
        /* Somebody who shares the open file may have made it non-blocking. */
        bool blocked = written < 0 && errno == EAGAIN;

        if (written > 0) {
            done += (size_t)written;
            progress = clock_ms();
        } else if (written < 0 && errno != EINTR && !blocked) {
            result = -errno;
            break;
        }
        if (done < output->used && output->give_up(output->context, clock_ms() - progress)) {
            result = -ETIMEDOUT;
            break;
        }
        if (blocked)
            poll(&(struct pollfd){.fd = output->fd, .events = POLLOUT}, 1, TICK_US / 1000);
    }
    set_ticks(0);
    output->used -= done;
    memmove(output->buffer, output->buffer + done, output->used);
    return result;
}

int output_packet(struct output *output, const struct pcap_pkthdr *header,
                  const unsigned char *data)
{
    uint32_t length = header->caplen < output->snaplen ? header->caplen : output->snaplen;
    struct record_header record = {(uint32_t)header->ts.tv_sec, (uint32_t)header->ts.tv_usec,
                                   length, header->len};

    if (output->used + sizeof record + length > BUFFER_BYTES) {
        int result = output_flush(output);
        if (result != 0)
            return result;
    }
    memcpy(output->buffer + output->used, &record, sizeof record);
    memcpy(output->buffer + output->used + sizeof record, data, length);
    output->used += sizeof record + length;
    return 0;
}
