#include "../parent.h"

#include "../system.h"
#include "windows.h"

void parent_begin(struct parent *parent)
{
    parent->pid = windows_parent_of((int)GetCurrentProcessId());
    HANDLE process = OpenProcess(SYNCHRONIZE, FALSE, (DWORD)parent->pid);
    parent->process = process == NULL ? -1 : (intptr_t)process;
}

bool parent_is_gone(const struct parent *parent)
{
    return parent->process != -1 &&
           WaitForSingleObject((HANDLE)parent->process, 0) == WAIT_OBJECT_0;
}

/* In a thread of the system's. */
static void CALLBACK on_end(void *watch, BOOLEAN is_late)
{
    (void)is_late;
    uv_async_send(&((struct parent_watch *)watch)->handle.async);
}

static void on_async(uv_async_t *async)
{
    struct parent_watch *watch = async->data;

    parent_unwatch(watch);
    watch->gone(watch->owner);
}

void parent_watch(struct parent_watch *watch, const struct parent *parent, uv_loop_t *loop,
                  void (*gone)(void *owner), void *owner)
{
    uv_async_t *async = &watch->handle.async;

    *watch = (struct parent_watch){.gone = gone, .owner = owner};
    if (parent->process == -1 || uv_async_init(loop, async, on_async) != 0)
        return;
    async->data = watch;
    watch->active = RegisterWaitForSingleObject(&watch->wait, (HANDLE)parent->process, on_end,
                                                watch, INFINITE, WT_EXECUTEONLYONCE);
    if (!watch->active)
        uv_close(&watch->handle.any, NULL);
}

void parent_unwatch(struct parent_watch *watch)
{
    if (!watch->active)
        return;
    watch->active = false;
    UnregisterWaitEx(watch->wait, INVALID_HANDLE_VALUE); /* on_end is not called any more */
    uv_close(&watch->handle.any, NULL);
}
