#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char options_usage[] =
    "CF_NAME pcap APP [-o FILE] [--interface NAME] [-f FILTER] [-s BYTES] [-i INDEX]...\n"
    "      [--process TYPE] [-d DURATION] [--format pcap|pcapng] [-y]\n"
    "\n"
    "   Captures network packets inside the containers of an app's running instances and saves "
    "them\n"
    "   to one file, in order of time, until ^C or for a given time. FILTER is a pcap filter, see\n"
    "   https://www.tcpdump.org/manpages/pcap-filter.7.html. On eth0 the traffic of an app's "
    "route\n"
    "   is TLS; the same in plaintext is on lo.\n"
    "\n"
    "EXAMPLES:\n"
    "   CF_NAME pcap myapp\n"
    "   CF_NAME pcap myapp -o capture.pcap -f \"tcp port 5432\"\n"
    "   CF_NAME pcap myapp -o capture.pcap --interface lo -i 0,2 -d 30s\n"
    "   CF_NAME pcap myapp -o capture.pcapng --process worker -s 128\n"
    "   CF_NAME pcap myapp -o - | tcpdump -n -r -\n"
    "   CF_NAME pcap myapp -o - | wireshark -k -i -";

const struct option_help options_help[] = {
    {"output, -o FILE", "Save to this file; '-' is standard output (Default: APP-DATE-TIME.pcap)"},
    {"interface NAME", "Capture on this interface: eth0, lo or any (Default: eth0)"},
    {"filter, -f FILTER", "Capture only packets that match this pcap filter"},
    {"snaplen, -s BYTES", "Capture only so much of each packet (Default: all of it)"},
    {"instance, -i INDEX", "Only these instances: 1 or 0,2 or 0-3; can be repeated (Default: all)"},
    {"process TYPE", "Instances of this process of the app (Default: web)"},
    {"duration, -d TIME", "Stop after this time, such as 30s, 5m or 1h30m (Default: at ^C)"},
    {"format pcap|pcapng", "Format of the file; pcapng tells which instance saw a packet (Default: "
                           "pcap, or pcapng if FILE ends in .pcapng)"},
    {"yes, -y", "Do not ask before capturing on more than 20 instances"},
    {"help, -h", "Show this help"},
    {NULL, NULL},
};

enum { OPTION_INTERFACE = 256, OPTION_PROCESS, OPTION_FORMAT };

static const struct option long_options[] = {
    {"output", required_argument, NULL, 'o'},
    {"interface", required_argument, NULL, OPTION_INTERFACE},
    {"filter", required_argument, NULL, 'f'},
    {"snaplen", required_argument, NULL, 's'},
    {"instance", required_argument, NULL, 'i'},
    {"process", required_argument, NULL, OPTION_PROCESS},
    {"duration", required_argument, NULL, 'd'},
    {"format", required_argument, NULL, OPTION_FORMAT},
    {"yes", no_argument, NULL, 'y'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

/* Decimal digits only, at most `max`: strtoul alone would take " +7", "-1" and "0x10". Moves the
 * text behind the number. */
static int parse_number(const char **text, unsigned long max, unsigned long *value)
{
    size_t digits = strspn(*text, "0123456789");

    if (digits == 0)
        return -EINVAL;
    errno = 0;
    *value = strtoul(*text, NULL, 10);
    if (errno != 0 || *value > max)
        return -ERANGE;
    *text += digits;
    return 0;
}

static int parse_snaplen(struct options *options, const char *text)
{
    unsigned long value;

    if (parse_number(&text, SNAPLEN_MAX, &value) != 0 || *text != '\0')
        return -EINVAL;
    options->snaplen = (uint32_t)value;
    return 0;
}

/* 1 or 0,2 or 0-3, and what can be made of these with commas. */
static int parse_instances(struct options *options, const char *text)
{
    do {
        unsigned long first, last;

        if (parse_number(&text, INSTANCE_MAX, &first) != 0)
            return -EINVAL;
        last = first;
        if (*text == '-') {
            text++;
            if (parse_number(&text, INSTANCE_MAX, &last) != 0 || last < first)
                return -EINVAL;
        }
        if (options->range_count == INSTANCE_RANGES_MAX)
            return -E2BIG;
        options->ranges[options->range_count++] =
            (struct instance_range){(unsigned int)first, (unsigned int)last};
    } while (*text++ == ',');
    return text[-1] == '\0' ? 0 : -EINVAL;
}

/* 90, 90s, 5m, 1h30m; at least a second, at most a year. */
static int parse_duration(struct options *options, const char *text)
{
    const unsigned long max = 366UL * 24 * 3600;
    unsigned long total = 0, value;

    do {
        unsigned long unit = 1;

        if (parse_number(&text, max, &value) != 0)
            return -EINVAL;
        if (*text == 'h')
            unit = 3600;
        else if (*text == 'm')
            unit = 60;
        else if (*text != 's' && *text != '\0')
            return -EINVAL;
        total += value * unit;
        if (total > max)
            return -ERANGE;
        if (*text != '\0')
            text++;
    } while (*text != '\0');
    options->duration = (uint32_t)total;
    return total == 0 ? -EINVAL : 0;
}

static int parse_format(struct options *options, const char *text)
{
    if (strcmp(text, "pcap") == 0)
        options->format = FORMAT_PCAP;
    else if (strcmp(text, "pcapng") == 0)
        options->format = FORMAT_PCAPNG;
    else
        return -EINVAL;
    return 0;
}

static bool is_empty(const char *text)
{
    return text == NULL || *text == '\0';
}

static bool ends_in(const char *text, const char *end)
{
    size_t length = strlen(text), end_length = strlen(end);

    return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

static enum options_result wrong(char *error, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static enum options_result wrong(char *error, size_t size, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(error, size, format, arguments);
    va_end(arguments);
    return OPTIONS_WRONG;
}

enum options_result options_parse(struct options *options, int argc, char **argv, char *error,
                                  size_t error_size)
{
    bool format_given = false;

    *options = (struct options){.interface = "eth0", .process = "web", .format = FORMAT_PCAP};
    opterr = 0;
    optind = 1;
    for (;;) {
        int option = getopt_long(argc, argv, ":o:f:s:i:d:yh", long_options, NULL);

        if (option == -1)
            break;
        switch (option) {
        case 'o':
            options->output = optarg;
            break;
        case OPTION_INTERFACE:
            options->interface = optarg;
            break;
        case 'f':
            options->filter = optarg;
            break;
        case 's':
            if (parse_snaplen(options, optarg) != 0)
                return wrong(error, error_size, "--snaplen %s: not a number of bytes from 0 to %d",
                             optarg, SNAPLEN_MAX);
            break;
        case 'i':
            if (parse_instances(options, optarg) != 0)
                return wrong(error, error_size,
                             "--instance %s: not an instance index, such as 1, 0,2 or 0-3", optarg);
            break;
        case OPTION_PROCESS:
            options->process = optarg;
            break;
        case 'd':
            if (parse_duration(options, optarg) != 0)
                return wrong(error, error_size,
                             "--duration %s: not a time, such as 30s, 5m or 1h30m", optarg);
            break;
        case OPTION_FORMAT:
            if (parse_format(options, optarg) != 0)
                return wrong(error, error_size, "--format %s: neither pcap nor pcapng", optarg);
            format_given = true;
            break;
        case 'y':
            options->yes = true;
            break;
        case 'h':
            return OPTIONS_HELP;
        case ':':
            return wrong(error, error_size, "%s needs a value", argv[optind - 1]);
        default:
            if (optopt > 0 && optopt < OPTION_INTERFACE)
                return wrong(error, error_size, "there is no option -%c", optopt);
            return wrong(error, error_size, "there is no option %s", argv[optind - 1]);
        }
    }
    if (optind == argc)
        return wrong(error, error_size, "the name of the app is missing");
    if (argc - optind > 1)
        return wrong(error, error_size, "'%s' belongs to no option; a filter is one word: -f '%s'",
                     argv[optind + 1], argv[optind + 1]);
    options->app = argv[optind];
    if (!format_given && options->output != NULL && ends_in(options->output, ".pcapng"))
        options->format = FORMAT_PCAPNG;
    if (is_empty(options->app) || is_empty(options->process) || is_empty(options->interface) ||
        (options->output != NULL && is_empty(options->output)))
        return wrong(error, error_size, "APP, FILE, NAME and TYPE cannot be empty");
    return OPTIONS_CAPTURE;
}
