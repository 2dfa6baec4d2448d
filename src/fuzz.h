/*
 * For the harnesses in the fuzz directories: what a harness claims about what it calls. A claim
 * that does not hold is a finding, as a memory error is.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CLAIM(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition);         \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* The input up to its first NUL, as strndup(3), which Windows lacks. The caller frees it. */
static inline char *fuzz_text(const uint8_t *data, size_t size)
{
    size_t length = strnlen((const char *)data, size);
    char *text = calloc(1, length + 1);

    CLAIM(text != NULL);
    memcpy(text, data, length);
    return text;
}

#endif
