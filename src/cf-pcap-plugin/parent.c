#include "parent.h"

#include <unistd.h>

#include "system/system.h"

void parent_begin(struct parent *parent)
{
    parent->pid = getppid();
    parent->fd = system_open_process(parent->pid);
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
    *watch = (struct parent_watch){.gone = gone, .owner = owner};
    if (parent->fd < 0 || uv_poll_init(loop, &watch->poll, parent->fd) != 0)
        return;
    watch->poll.data = watch;
    watch->active = uv_poll_start(&watch->poll, UV_READABLE, on_end) == 0;
}

void parent_unwatch(struct parent_watch *watch)
{
    if (!watch->active)
        return;
    watch->active = false;
    uv_close((uv_handle_t *)&watch->poll, NULL);
}
