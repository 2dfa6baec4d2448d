/* The command line of cf pcap: words that end in '\0'. */
#include <string.h>

#include "../../fuzz_words.h"
#include "options.h"

static void check(int argc, char **argv)
{
    struct options options;
    char error[OPTIONS_ERROR_SIZE] = "";

    enum options_result result = options_parse(&options, argc, argv, error, sizeof error);
    CLAIM(memchr(error, '\0', sizeof error) != NULL);
    CLAIM(result != OPTIONS_WRONG || error[0] != '\0');
    if (result != OPTIONS_CAPTURE)
        return;
    const char *words[] = {options.app, options.output, options.filter, options.process};
    CLAIM(options.app != NULL && options.snaplen <= SNAPLEN_MAX);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        CLAIM(words[i] == NULL || strlen(words[i]) <= FUZZ_WORDS_BYTES);
    CLAIM(options.duration_ms <= 366ULL * 24 * 3600 * 1000);
    CLAIM(options.interfaces.count >= 1 && options.interfaces.count <= INTERFACES_MAX);
    CLAIM(options.interfaces.count == 1 || !interfaces_have(&options.interfaces, "any"));
    CLAIM(options.range_count <= INSTANCE_RANGES_MAX);
    for (size_t i = 0; i < options.range_count; i++)
        CLAIM(options.ranges[i].first <= options.ranges[i].last &&
              options.ranges[i].last <= INSTANCE_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char program[] = "pcap";

    fuzz_words(data, size, program, check);
    return 0;
}
