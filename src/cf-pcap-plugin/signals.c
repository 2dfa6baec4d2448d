#include "signals.h"

static void on_signal(uv_signal_t *handle, int number)
{
    struct signals *signals = handle->data;

    signals->came(signals->owner, number);
}

void signals_watch(struct signals *signals, uv_loop_t *loop, void (*came)(void *owner, int number),
                   void *owner)
{
    *signals = (struct signals){.came = came, .owner = owner};
    for (size_t i = 0; i < SIGNALS_MAX; i++) {
        if (system_is_ignored(system_signals[i]))
            continue;
        uv_signal_t *handle = &signals->handles[signals->count++];

        uv_signal_init(loop, handle);
        handle->data = signals;
        uv_signal_start(handle, on_signal, system_signals[i]);
    }
}

void signals_unwatch(struct signals *signals)
{
    for (size_t i = 0; i < signals->count; i++)
        uv_close((uv_handle_t *)&signals->handles[i], NULL);
    signals->count = 0;
}
