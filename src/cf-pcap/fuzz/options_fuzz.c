/* The command line: words that end in '\0'. */
#include <getopt.h>
#include <string.h>

#include "../../fuzz.h"
#include "options.h"

enum { WORDS = 16, BYTES = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char bytes[BYTES + 1]; /* glibc's getopt keeps pointers into the last words it saw */
    static char program[] = "cf-pcap";
    char *argv[WORDS + 2] = {program};
    char *none[] = {program, NULL};
    struct options options;
    int argc = 1;

    if (size > BYTES)
        return 0;
    optind = 0; /* and forgets them with this, glibc's way to begin anew */
    (void)getopt(1, none, "");
    memcpy(bytes, data, size);
    bytes[size] = '\0';
    for (char *at = bytes; at < bytes + size && argc <= WORDS; at += strlen(at) + 1)
        argv[argc++] = at;

    if (options_parse(&options, argc, argv) != OPTIONS_CAPTURE)
        return 0;
    CLAIM(options.snaplen >= 1 && options.snaplen <= SNAPLEN_DEFAULT);
    CLAIM(strlen(options.interface) <= BYTES && strlen(options.filter) <= BYTES);
    CLAIM(options.snaplen_given || options.snaplen == SNAPLEN_DEFAULT);
    return 0;
}
