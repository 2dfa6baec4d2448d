/* The key log that comes out of a container, in pieces. */
#include <string.h>

#include "../../fuzz.h"
#include "core/hellos.h"
#include "core/key_log.h"
#include "core/key_store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct key_store store = {.count = 0};
    struct key_log log;
    struct hellos hellos;
    size_t piece = size > 0 ? data[0] % 64 + 1 : 1, keys = 0;

    if (size < 1)
        return 0;
    hellos_init(&hellos);
    hellos_packet(&hellos, data, size);
    key_log_begin(&log);
    for (size_t begin = 1; begin < size; begin += piece) {
        size_t length = size - begin < piece ? size - begin : piece, at = 0;

        while (key_log_next(&log, (const char *)data + begin, length, &at)) {
            uint8_t random[KEY_RANDOM_SIZE];

            CLAIM(log.length <= KEY_LINE_MAX && log.line[log.length - 1] == '\n');
            CLAIM(key_log_is_key(log.line, log.length - 1));
            if (key_log_random(log.line, log.length, random))
                hellos_take(&hellos, random);
            int added = key_store_add(&store, log.line, log.length, UINT64_MAX);
            CLAIM(added >= 0 && key_store_add(&store, log.line, log.length, 0) == 0);
            keys += (size_t)added;
        }
        CLAIM(at == length);
    }
    /* What is stored is keys, and nothing else. */
    for (size_t at = 0; at < store.lines.length;) {
        const char *line = store.lines.lines + at;
        size_t length = (size_t)((const char *)memchr(line, '\n', store.lines.length - at) - line);

        CLAIM(key_log_is_key(line, length));
        at += length + 1;
        keys--;
    }
    CLAIM(keys == 0);
    key_store_free(&store);
    hellos_free(&hellos);
    return 0;
}
