/*
 * The TLS keys of a capture: lines of the key log format, each once, in the order in which they
 * came. Bounded: where there are more, the oldest are forgotten: those that are written first.
 */
#ifndef KEY_STORE_H
#define KEY_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "../../pcap-merge/writer.h"

enum { KEY_STORE_MAX = 16 * 1024 * 1024 /* bytes of lines */ };

struct key_store {
    struct writer_secrets lines; /* its bytes are the store's */
    char *bytes;
    size_t room;
    size_t most;     /* bytes of lines that are kept; 0: KEY_STORE_MAX. Set it before the first */
    uint32_t *table; /* where each line begins, plus 1; 0: empty. By hash, open addressing */
    size_t table_size, count;
};

void key_store_free(struct key_store *store);

/*
 * One more line, with its newline. `written`: position (struct writer_secrets) before which all is
 * written. 1: it was added; 0: it is there already; -ENOMEM.
 */
int key_store_add(struct key_store *store, const char *line, size_t length, uint64_t written);

#endif
