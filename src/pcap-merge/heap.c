#include "heap.h"

#include <stdbool.h>

static bool is_before(const struct heap_key *a, const struct heap_key *b)
{
    return a->time < b->time || (a->time == b->time && a->number < b->number);
}

void heap_sink(struct heap *heap)
{
    struct heap_key *keys = heap->keys, key = keys[0];
    size_t at = 0;

    for (;;) {
        size_t child = 2 * at + 1;

        if (child >= heap->count)
            break;
        if (child + 1 < heap->count && is_before(&keys[child + 1], &keys[child]))
            child++;
        if (!is_before(&keys[child], &key))
            break;
        keys[at] = keys[child];
        at = child;
    }
    keys[at] = key;
}

void heap_push(struct heap *heap, struct heap_key key)
{
    size_t at = heap->count++;

    while (at > 0 && is_before(&key, &heap->keys[(at - 1) / 2])) {
        heap->keys[at] = heap->keys[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    heap->keys[at] = key;
}

void heap_drop_top(struct heap *heap)
{
    heap->keys[0] = heap->keys[--heap->count];
    if (heap->count > 0)
        heap_sink(heap);
}
