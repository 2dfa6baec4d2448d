#include "option_value.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

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

int option_snaplen(uint32_t *snaplen, const char *text)
{
    unsigned long value;

    if (parse_number(&text, SNAPLEN_MAX, &value) != 0 || *text != '\0')
        return -EINVAL;
    *snaplen = (uint32_t)value;
    return 0;
}

int option_instances(struct options *options, const char *text)
{
    do {
        unsigned long first, last;

        if (parse_number(&text, INSTANCE_MAX, &first) != 0)
            return -EINVAL;
        last = first;
        if (*text == '-') {
            text++;
            if (parse_number(&text, INSTANCE_MAX, &last) != 0)
                return -EINVAL;
            if (last < first)
                return -ERANGE;
        }
        if (options->range_count == INSTANCE_RANGES_MAX)
            return -E2BIG;
        options->ranges[options->range_count++] =
            (struct instance_range){(unsigned int)first, (unsigned int)last};
    } while (*text++ == ',');
    return text[-1] == '\0' ? 0 : -EINVAL;
}

/* Of a number with a fraction ("1.5", "1."), the fraction in units of 1/SCALE; what is finer is
 * left out. Moves the text behind it. */
enum { SCALE = 1000000 };

static int parse_fraction(const char **text, uint64_t *fraction)
{
    uint64_t worth = SCALE;

    *fraction = 0;
    if (**text != '.')
        return 0;
    if (strspn(++*text, "0123456789") == 0)
        return -EINVAL;
    for (; **text >= '0' && **text <= '9'; ++*text) {
        worth /= 10;
        *fraction += (uint64_t)(**text - '0') * worth;
    }
    return 0;
}

int option_duration(uint64_t *duration_ms, const char *text)
{
    static const struct {
        const char *name;
        uint64_t ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}};
    enum { UNITS = sizeof units / sizeof *units };
    const uint64_t max = 366ULL * 24 * 3600 * 1000;
    const char *first = text;
    uint64_t total = 0;

    do {
        const char *number = text;
        unsigned long whole;
        uint64_t fraction;
        size_t unit = 0;

        if (parse_number(&text, UINT32_MAX, &whole) != 0 || parse_fraction(&text, &fraction) != 0)
            return -EINVAL;
        while (unit < UNITS && strncmp(text, units[unit].name, strlen(units[unit].name)) != 0)
            unit++;
        if (unit < UNITS)
            text += strlen(units[unit].name);
        else if (*text == '\0' && number == first)
            unit = 1;
        else
            return -EINVAL;
        total += whole * units[unit].ms + fraction * units[unit].ms / SCALE;
        if (total > max)
            return -ERANGE;
    } while (*text != '\0');
    *duration_ms = total;
    return total == 0 ? -EINVAL : 0;
}

int option_count(uint64_t *count, const char *text, uint32_t most)
{
    unsigned long value;

    if (parse_number(&text, most, &value) != 0 || *text != '\0' || value == 0)
        return -EINVAL;
    *count = value;
    return 0;
}

int option_size(uint64_t *bytes, const char *text)
{
    static const struct {
        const char *name;
        uint64_t bytes;
    } units[] = {{"B", 1},           {"kB", 1000},       {"MB", 1000000},   {"GB", 1000000000},
                 {"KiB", 1UL << 10}, {"MiB", 1UL << 20}, {"GiB", 1UL << 30}};
    enum { UNITS = sizeof units / sizeof *units };
    const uint64_t max = 1ULL << 60;
    unsigned long whole;
    uint64_t fraction;
    size_t unit = 0;

    *bytes = 0;
    if (strcmp(text, "0") == 0)
        return 0;
    if (parse_number(&text, UINT32_MAX, &whole) != 0 || parse_fraction(&text, &fraction) != 0)
        return -EINVAL;
    while (unit < UNITS && strcasecmp(text, units[unit].name) != 0)
        unit++;
    if (unit == UNITS)
        return -EINVAL;
    *bytes = whole * units[unit].bytes + fraction * units[unit].bytes / SCALE;
    return *bytes > max ? -ERANGE : 0;
}

int option_format(enum format *format, const char *text)
{
    if (strcmp(text, "pcap") == 0)
        *format = FORMAT_PCAP;
    else if (strcmp(text, "pcapng") == 0)
        *format = FORMAT_PCAPNG;
    else
        return -EINVAL;
    return 0;
}

bool option_ends_in(const char *path, const char *end)
{
    size_t length = strlen(path), end_length = strlen(end);

    return length >= end_length && strcasecmp(path + length - end_length, end) == 0;
}

const char *option_choose_format(struct options *options, bool given)
{
    const char *output = options->output;
    bool several = options->interfaces.count > 1;

    options->pcap_by_name = !given && output != NULL && option_ends_in(output, ".pcap");
    if (options->tls_keys != NULL &&
        (options->pcap_by_name || (given && options->format == FORMAT_PCAP)))
        return "--tls-keys needs pcapng: give a FILE that ends in .pcapng";
    if (given || options->pcap_by_name)
        return NULL;
    if (options->tls_keys != NULL || several ||
        (output == NULL ? options->wireshark : option_ends_in(output, ".pcapng")))
        options->format = FORMAT_PCAPNG;
    return NULL;
}
