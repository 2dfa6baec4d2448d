#include "pax.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int pax_next(const char *data, size_t size, size_t *offset, struct pax_record *record)
{
    const char *begin = data + *offset;
    size_t left = size - *offset, digits = 0, length = 0;

    if (left == 0)
        return 0;
    while (digits < left && begin[digits] >= '0' && begin[digits] <= '9') {
        if (length > size)
            return -EBADMSG;
        length = length * 10 + (size_t)(begin[digits++] - '0');
    }
    if (digits == 0 || digits == left || begin[digits] != ' ' || length > left ||
        length < digits + 2 || begin[length - 1] != '\n')
        return -EBADMSG;

    const char *key = begin + digits + 1;
    size_t rest = length - digits - 2; /* without the space and the newline */
    const char *equals = memchr(key, '=', rest);
    if (equals == NULL || equals == key || memchr(key, '\0', (size_t)(equals - key)) != NULL)
        return -EBADMSG;

    record->record = begin;
    record->length = length;
    record->key = key;
    record->key_length = (size_t)(equals - key);
    record->value = equals + 1;
    record->value_length = rest - record->key_length - 1;
    *offset += length;
    return 1;
}

bool pax_key_is(const struct pax_record *record, const char *key)
{
    return record->key_length == strlen(key) && memcmp(record->key, key, record->key_length) == 0;
}

bool pax_is_attribute(const struct pax_record *record)
{
    static const char *const prefixes[] = {"SCHILY.xattr.", "LIBARCHIVE.xattr.", "SCHILY.acl.",
                                           "RHT.security."};

    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        size_t length = strlen(prefixes[i]);
        if (record->key_length >= length && memcmp(record->key, prefixes[i], length) == 0)
            return true;
    }
    return false;
}

size_t pax_without_attributes(const char *data, size_t size, char *copy)
{
    struct pax_record record;
    size_t offset = 0, kept = 0;

    while (pax_next(data, size, &offset, &record) == 1) {
        if (pax_is_attribute(&record))
            continue;
        memcpy(copy + kept, record.record, record.length);
        kept += record.length;
    }
    return kept;
}

static size_t digits_of(size_t number)
{
    size_t digits = 1;

    for (; number >= 10; number /= 10)
        digits++;
    return digits;
}

size_t pax_write(char *buffer, size_t size, const char *key, const void *value, size_t value_length)
{
    size_t body = 1 + strlen(key) + 1 + value_length + 1; /* " KEY=VALUE\n" */
    size_t length = body + digits_of(body);

    if (length != body + digits_of(length)) /* the length has a digit more than the body's */
        length++;
    if (length + 1 > size) /* snprintf ends with a '\0' for a moment */
        return 0;

    size_t head = (size_t)snprintf(buffer, size, "%zu %s=", length, key);
    memcpy(buffer + head, value, value_length);
    buffer[length - 1] = '\n';
    return length;
}
