/*
 * A binary heap: at its top is the key of the earliest time, and of these that of the lowest
 * number. The caller gives it room and takes that back.
 */
#ifndef HEAP_H
#define HEAP_H

#include <stddef.h>
#include <stdint.h>

struct heap_key {
    uint64_t time;
    uint32_t number;
};

struct heap {
    struct heap_key *keys; /* the first is the top */
    size_t count;
};

/* There is room for one more. */
void heap_push(struct heap *heap, struct heap_key key);
void heap_drop_top(struct heap *heap);

/* The key at the top became larger: it goes to its place. */
void heap_sink(struct heap *heap);

#endif
