#include "../parent.h"

#include <unistd.h>

#include "posix.h"

void parent_begin(struct parent *parent)
{
    parent->pid = getppid();
    parent->process = posix_open_process(parent->pid);
}

bool parent_is_gone(const struct parent *parent)
{
    return getppid() != parent->pid;
}

static void on_end(uv_poll_t *poll, int status, int events)
{
    struct parent_watch *watch = poll->data;

    (void)status, (void)events;
    parent_unwatch(watch);
    watch->gone(watch->owner);
}

void parent_watch(struct parent_watch *watch, const struct parent *parent, uv_loop_t *loop,
                  void (*gone)(void *owner), void *owner)
{
    uv_poll_t *poll = &watch->handle.poll;

    *watch = (struct parent_watch){.gone = gone, .owner = owner};
    if (parent->process < 0 || uv_poll_init(loop, poll, (int)parent->process) != 0)
        return;
    poll->data = watch;
    watch->active = uv_poll_start(poll, UV_READABLE, on_end) == 0;
}

void parent_unwatch(struct parent_watch *watch)
{
    if (!watch->active)
        return;
    watch->active = false;
    uv_close(&watch->handle.any, NULL);
}
