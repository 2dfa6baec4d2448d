/* The command line of cf pcap: words that end in '\0'. */
#include <getopt.h>
#include <string.h>

#include "../../fuzz.h"
#include "options.h"

enum { WORDS = 16, BYTES = 4096 };

static void check(int argc, char **argv)
{
    struct options options;
    char error[128] = "";

    enum options_result result = options_parse(&options, argc, argv, error, sizeof error);
    CLAIM(memchr(error, '\0', sizeof error) != NULL);
    CLAIM(result != OPTIONS_WRONG || error[0] != '\0');
    if (result != OPTIONS_CAPTURE)
        return;
    const char *words[] = {options.app, options.output, options.interface, options.filter,
                           options.process};
    CLAIM(options.app != NULL && options.snaplen <= SNAPLEN_MAX);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        CLAIM(words[i] == NULL || strlen(words[i]) <= BYTES);
    CLAIM(options.duration <= 366U * 24 * 3600);
    CLAIM(options.range_count <= INSTANCE_RANGES_MAX);
    for (size_t i = 0; i < options.range_count; i++)
        CLAIM(options.ranges[i].first <= options.ranges[i].last &&
              options.ranges[i].last <= INSTANCE_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char program[] = "pcap";
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
