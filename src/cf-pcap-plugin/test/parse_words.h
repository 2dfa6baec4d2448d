/* The words of a command line, for tests of the options. */
#ifndef PARSE_WORDS_H
#define PARSE_WORDS_H

#include "../options.h"

enum { WORDS_MAX = 12 };

static enum options_result parse(struct options *options, const char *const *words, char *error)
{
    char *argv[WORDS_MAX + 2] = {(char *)"pcap"};
    int argc = 1;

    while (argc <= WORDS_MAX && words[argc - 1] != NULL) {
        argv[argc] = (char *)words[argc - 1];
        argc++;
    }
    error[0] = '\0';
    return options_parse(options, argc, argv, error, OPTIONS_ERROR_SIZE);
}

#define WORDS(...) ((const char *const[WORDS_MAX + 1]){__VA_ARGS__})

#endif
