/* The command line: words that end in '\0'. */
#include <getopt.h>
#include <string.h>

#include "../../fuzz.h"
#include "options.h"

enum { WORDS = 16, BYTES = 4096 };

static void check(int argc, char **argv)
{
    struct options options;

    if (options_parse(&options, argc, argv) != OPTIONS_CAPTURE)
        return;
    CLAIM(options.snaplen >= 1 && options.snaplen <= SNAPLEN_DEFAULT);
    CLAIM(strlen(options.interface) <= BYTES && strlen(options.filter) <= BYTES);
    CLAIM(options.snaplen_given || options.snaplen == SNAPLEN_DEFAULT);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char program[] = "cf-pcap";
    char *argv[WORDS + 2] = {program};
    char *none[] = {program, NULL};
    int argc = 1;

    if (size > BYTES)
        return 0;
    optind = 0; /* glibc's way to begin anew; or else it keeps pointers into the words before */
    (void)getopt(1, none, "");
    /* Each word lies by itself, so that reading past its end is seen. */
    for (size_t at = 0; at < size && argc <= WORDS; at += strlen(argv[argc++]) + 1)
        argv[argc] = strndup((const char *)data + at, size - at);
    check(argc, argv);
    while (--argc > 0)
        free(argv[argc]);
    return 0;
}
