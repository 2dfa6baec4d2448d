#include "drops.h"

#include <poll.h>
#include <unistd.h>

#include "clock.h"
#include "message.h"

static bool can_be_said(void)
{
    struct pollfd stderr_fd = {.fd = STDERR_FILENO, .events = POLLOUT};

    return poll(&stderr_fd, 1, 0) == 1 && (stderr_fd.revents & POLLOUT) != 0;
}

void drops_look(struct drops *drops)
{
    int64_t now = clock_ms();

    if (now - drops->looked_at < DROPS_INTERVAL_MS)
        return;
    drops->looked_at = now;
    drops->due = false;
    if (ring_count(drops->ring) != 0 || drops->ring->counts.dropped == drops->said)
        return;
    if (!can_be_said()) {
        drops->due = true;
        return;
    }
    drops->said = drops->ring->counts.dropped;
    message("%llu packets dropped by kernel so far", (unsigned long long)drops->said);
}

int drops_wait(const struct drops *drops, int timeout)
{
    if (!drops->due)
        return timeout;

    int64_t left = drops->looked_at + DROPS_INTERVAL_MS - clock_ms();
    if (left < 0)
        left = 0;
    return timeout >= 0 && timeout < left ? timeout : (int)left;
}
