/*
 * Extended headers of POSIX tar (pax): records "LENGTH KEY=VALUE\n", LENGTH in decimal, counting
 * itself (IEEE Std 1003.1, pax, "pax Extended Header"). A value may hold any bytes. GNU tar puts an
 * extended attribute NAME into the record SCHILY.xattr.NAME; Go's archive/tar reads that.
 */
#ifndef PAX_H
#define PAX_H

#include <stdbool.h>
#include <stddef.h>

struct pax_record {
    const char *record; /* all of it; points into the header's data, like key and value */
    size_t length;
    const char *key;
    size_t key_length;
    const char *value;
    size_t value_length;
};

/*
 * Reads the record at *offset of a header's data and moves *offset past it. 1: a record; 0: the end
 * of the data; -EBADMSG: not a record.
 */
int pax_next(const char *data, size_t size, size_t *offset, struct pax_record *record);

bool pax_key_is(const struct pax_record *record, const char *key);

/* A record that carries an extended attribute, an access control list or a security label. */
bool pax_is_attribute(const struct pax_record *record);

/*
 * Copies the records of data, a well-formed header, except attributes, to copy, which is at least
 * as large. Returns the size of the copy.
 */
size_t pax_without_attributes(const char *data, size_t size, char *copy);

/*
 * Writes one record into a buffer of `size` bytes. Returns its length, 0 if it does not fit.
 */
size_t pax_write(char *buffer, size_t size, const char *key, const void *value,
                 size_t value_length);

#endif
