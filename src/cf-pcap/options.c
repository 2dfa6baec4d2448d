#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"

const char options_usage[] =
    "Usage: cf-pcap [OPTION]...\n"
    "Captures packets in this container and writes them to standard output as pcap.\n"
    "\n"
    "  -i, --interface NAME     capture on this interface, or 'any' (default: eth0)\n"
    "  -f, --filter EXPRESSION  only packets that match, see pcap-filter(7) (default: all)\n"
    "  -s, --snaplen BYTES      so much of each packet, 1 to 262144 (default, and 0: 262144)\n"
    "  -v, --verbose            show the compiled filter and the privileges at each stage\n"
    "  -h, --help               show this\n"
    "      --version            show the version\n"
    "\n"
    "The capture ends, with everything written, on ^C, SIGTERM, SIGHUP, at the end of\n"
    "standard input, or when standard output is closed. Packets of the SSH session itself\n"
    "are left out.\n"
    "\n"
    "  cf ssh myapp -c \"exec /tmp/lifecycle/cf-pcap -f 'tcp port 8080' -i lo\" > capture.pcap\n"
    "  cf ssh myapp -c \"exec /tmp/lifecycle/cf-pcap\" | tcpdump -nr -\n";

enum { OPTION_VERSION = 256 };

static const struct option long_options[] = {
    {"interface", required_argument, NULL, 'i'},
    {"filter", required_argument, NULL, 'f'},
    {"snaplen", required_argument, NULL, 's'},
    {"verbose", no_argument, NULL, 'v'},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, OPTION_VERSION},
    {NULL, 0, NULL, 0},
};

/* Decimal digits only: strtoul alone would take " +7", "-1" and "0x10". */
static int parse_snaplen(struct options *options, const char *text)
{
    unsigned long value = 0;

    if (*text != '\0' && strspn(text, "0123456789") == strlen(text)) {
        errno = 0;
        value = strtoul(text, NULL, 10);
        if (errno == 0 && value <= SNAPLEN_MAX) {
            options->snaplen_given = value != 0;
            options->snaplen = value == 0 ? SNAPLEN_MAX : (uint32_t)value;
            return 0;
        }
    }
    message("--snaplen %s: not a number of bytes from 0 to %d", text, SNAPLEN_MAX);
    return -EINVAL;
}

/* Options of tcpdump that people try here, and what to use instead. */
static const struct {
    const char *word, *instead;
} habits[] = {
    {"-w", "packets go to standard output: > capture.pcap"},
    {"-o", "packets go to standard output: > capture.pcap"},
    {"--output", "packets go to standard output: > capture.pcap"},
    {"-c", "the reader of standard output may end the capture: | tcpdump -c 10 -n -r -"},
    {"-n", "it is for the program that reads the packets: | tcpdump -n -r -"},
    {"-d", "for ten seconds: sleep 10 | cf ssh APP -c ..."},
    {"--duration", "for ten seconds: sleep 10 | cf ssh APP -c ..."},
};

static void no_such_option(const char *word)
{
    for (size_t i = 0; i < sizeof habits / sizeof *habits; i++)
        if (strcmp(word, habits[i].word) == 0) {
            message("%s: no such option; %s", word, habits[i].instead);
            return;
        }
    message("%s: no such option, see cf-pcap --help", word);
}

/*
 * The shell removes the quotes of `cf ssh -c cf-pcap -f "tcp port 80"`, so the filter's words come
 * one by one: the first as the option's value, or all of them without the option.
 */
static void no_option_for(int count, char **words, const char *filter)
{
    char rest[1024] = "";
    size_t used = 0;

    for (int i = 0; i < count && (i == 0 || words[i][0] != '-') && used < sizeof rest; i++)
        used +=
            (size_t)snprintf(rest + used, sizeof rest - used, "%s%s", i == 0 ? "" : " ", words[i]);
    message("'%s' belongs to no option; a filter is given with --filter '%s%s%s'", rest, filter,
            *filter == '\0' ? "" : " ", rest);
}

enum options_result options_parse(struct options *options, int argc, char **argv)
{
    *options = (struct options){.interface = "eth0", .filter = "", .snaplen = SNAPLEN_MAX};

    if (argc < 1) /* execve(2) allows it; then there is no option */
        return OPTIONS_CAPTURE;

    const char *unquoted = ""; /* a filter of one word, if that was the option before */

    opterr = 0;
    optind = 1;
    for (;;) {
        const char *word = optind < argc ? argv[optind] : "";
        int option = getopt_long_only(argc, argv, "+:i:f:s:vh", long_options, NULL);

        switch (option) {
        case 'i':
            options->interface = optarg;
            unquoted = "";
            continue;
        case 'f':
            options->filter = optarg;
            unquoted = strchr(optarg, ' ') == NULL ? optarg : "";
            continue;
        case 's':
            if (parse_snaplen(options, optarg) != 0)
                return OPTIONS_WRONG;
            unquoted = "";
            continue;
        case 'v':
            options->verbose = true;
            unquoted = "";
            continue;
        case 'h':
            return OPTIONS_HELP;
        case OPTION_VERSION:
            return OPTIONS_VERSION;
        case ':':
            message("%s needs a value, see cf-pcap --help", word);
            return OPTIONS_WRONG;
        case '?':
            no_such_option(word);
            return OPTIONS_WRONG;
        default:
            break;
        }
        break;
    }
    if (optind < argc) {
        no_option_for(argc - optind, argv + optind, unquoted);
        return OPTIONS_WRONG;
    }
    return OPTIONS_CAPTURE;
}
