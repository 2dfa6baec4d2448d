#include "key_store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM_FIRST = 64 * 1024, TABLE_FIRST = 1024 };

void key_store_free(struct key_store *store)
{
    free(store->bytes);
    free(store->table);
    *store = (struct key_store){.count = 0};
}

static size_t length_at(const struct key_store *store, size_t at)
{
    const char *newline = memchr(store->bytes + at, '\n', store->lines.length - at);

    return (size_t)(newline - (store->bytes + at)) + 1;
}

/* FNV-1a. An attacker who foresees hashes makes the search for a line slow, and no more. */
static size_t hash(const char *line, size_t length)
{
    uint64_t value = 14695981039346656037U;

    for (size_t i = 0; i < length; i++)
        value = (value ^ (uint8_t)line[i]) * 1099511628211U;
    return (size_t)(value ^ value >> 32);
}

/* The place of that line in the table: it is there, or the place is empty. */
static uint32_t *place_of(const struct key_store *store, const char *line, size_t length)
{
    size_t at = hash(line, length) & (store->table_size - 1);

    while (store->table[at] != 0) {
        size_t begin = store->table[at] - 1;

        if (store->lines.length - begin >= length &&
            memcmp(store->bytes + begin, line, length) == 0)
            break;
        at = (at + 1) & (store->table_size - 1);
    }
    return &store->table[at];
}

static void fill_table(struct key_store *store)
{
    for (size_t at = 0; at < store->lines.length; at += length_at(store, at))
        *place_of(store, store->bytes + at, length_at(store, at)) = (uint32_t)at + 1;
}

/* With room for four times the lines. 0 or -ENOMEM: it is as before. */
static int make_table(struct key_store *store)
{
    size_t size = store->table_size == 0 ? TABLE_FIRST : store->table_size;

    while (size / 4 < store->count + 1)
        size *= 2;
    uint32_t *table = calloc(size, sizeof *table);
    if (table == NULL)
        return -ENOMEM;
    free(store->table);
    store->table = table;
    store->table_size = size;
    fill_table(store);
    return 0;
}

static int make_room(struct key_store *store)
{
    size_t room = store->room == 0 ? ROOM_FIRST : store->room * 2;
    char *bytes = realloc(store->bytes, room);

    if (bytes == NULL)
        return -ENOMEM;
    store->bytes = bytes;
    store->lines.lines = bytes;
    store->room = room;
    return 0;
}

/* The end of the older half, as far as it ends before `limit`; `*count` becomes its lines. */
static size_t older_half(const struct key_store *store, uint64_t limit, size_t *count)
{
    size_t end = 0;

    for (*count = 0; end < store->lines.length / 2; ++*count) {
        size_t next = end + length_at(store, end);

        if (store->lines.before + next > limit)
            break;
        end = next;
    }
    return end;
}

/* The older half goes, as far as it is written; or all of it, if nothing is. */
static void forget(struct key_store *store, uint64_t written)
{
    size_t count, end = older_half(store, written, &count);

    if (end == 0)
        end = older_half(store, UINT64_MAX, &count);
    memmove(store->bytes, store->bytes + end, store->lines.length - end);
    store->lines.length -= end;
    store->lines.before += end;
    store->count -= count;
    memset(store->table, 0, store->table_size * sizeof *store->table);
    fill_table(store);
}

int key_store_add(struct key_store *store, const char *line, size_t length, uint64_t written)
{
    size_t most = store->most == 0 ? KEY_STORE_MAX : store->most;
    int result = 0;

    if (store->table_size / 2 < store->count + 1)
        result = make_table(store);
    if (result != 0)
        return result;
    if (*place_of(store, line, length) != 0)
        return 0;
    if (store->lines.length + length > most)
        forget(store, written);
    if (store->lines.length + length > store->room)
        result = make_room(store);
    if (result != 0)
        return result;
    *place_of(store, line, length) = (uint32_t)store->lines.length + 1;
    memcpy(store->bytes + store->lines.length, line, length);
    store->lines.length += length;
    store->count++;
    return 1;
}
