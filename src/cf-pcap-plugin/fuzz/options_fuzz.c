/* The command line of cf pcap: words that end in '\0'. */
#include <getopt.h>
#include <string.h>

#include "../../fuzz.h"
#include "options.h"

enum { WORDS = 16, BYTES = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char bytes[BYTES + 1]; /* glibc's getopt keeps pointers into the last words it saw */
    static char program[] = "pcap";
    char *argv[WORDS + 2] = {program};
    char *none[] = {program, NULL};
    struct options options;
    char error[128] = "";
    int argc = 1;

    if (size > BYTES)
        return 0;
    optind = 0; /* and forgets them with this */
    (void)getopt(1, none, "");
    memcpy(bytes, data, size);
    bytes[size] = '\0';
    for (char *at = bytes; at < bytes + size && argc <= WORDS; at += strlen(at) + 1)
        argv[argc++] = at;

    enum options_result result = options_parse(&options, argc, argv, error, sizeof error);
    CLAIM(memchr(error, '\0', sizeof error) != NULL);
    CLAIM(result != OPTIONS_WRONG || error[0] != '\0');
    if (result != OPTIONS_CAPTURE)
        return 0;
    CLAIM(options.app != NULL && options.snaplen <= SNAPLEN_MAX);
    CLAIM(options.range_count <= INSTANCE_RANGES_MAX);
    for (size_t i = 0; i < options.range_count; i++)
        CLAIM(options.ranges[i].first <= options.ranges[i].last &&
              options.ranges[i].last <= INSTANCE_MAX);
    return 0;
}
