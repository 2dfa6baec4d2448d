/*
 * For the harnesses of command lines: makes words of an input, which end in '\0' there.
 */
#ifndef FUZZ_WORDS_H
#define FUZZ_WORDS_H

#include <getopt.h>
#include <string.h>

#include "fuzz.h"

enum { FUZZ_WORDS = 16, FUZZ_WORDS_BYTES = 4096 };

/* Calls `check` with `program` and the words; with nothing if the input is too long. */
static inline void fuzz_words(const uint8_t *data, size_t size, char *program,
                              void (*check)(int argc, char **argv))
{
    char *argv[FUZZ_WORDS + 2] = {program};
    char *none[] = {program, NULL};
    int argc = 1;

    if (size > FUZZ_WORDS_BYTES)
        return;
    optind = 0; /* glibc's way to begin anew; or else it keeps pointers into the words before */
    (void)getopt(1, none, "");
    /* Each word lies by itself, so that reading past its end is seen. */
    for (size_t at = 0; at < size && argc <= FUZZ_WORDS; at += strlen(argv[argc++]) + 1)
        argv[argc] = fuzz_text(data + at, size - at);
    check(argc, argv);
    while (--argc > 0)
        free(argv[argc]);
}

#endif
