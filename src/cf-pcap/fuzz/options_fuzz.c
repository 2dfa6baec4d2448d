/* The command line: words that end in '\0'. */
#include <string.h>

#include "../../fuzz_words.h"
#include "options.h"

static void check(int argc, char **argv)
{
    struct options options;

    if (options_parse(&options, argc, argv) != OPTIONS_CAPTURE)
        return;
    CLAIM(options.snaplen >= 1 && options.snaplen <= SNAPLEN_MAX);
    CLAIM(strlen(options.interface) <= FUZZ_WORDS_BYTES &&
          strlen(options.filter) <= FUZZ_WORDS_BYTES);
    CLAIM(options.snaplen_given || options.snaplen == SNAPLEN_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char program[] = "cf-pcap";

    fuzz_words(data, size, program, check);
    return 0;
}
