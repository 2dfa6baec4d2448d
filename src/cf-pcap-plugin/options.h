/*
 * The command line of `cf pcap`. Reference for users: `cf help pcap` and docs/use.md.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../snaplen.h"
#include "interfaces.h"

enum {
    OPTIONS_ERROR_SIZE = 512,
    INSTANCE_MAX = 9999,
    INSTANCE_RANGES_MAX = 64,
    SIZE_LEAST = 10000,       /* bytes of a file: less is a mistake */
    ROTATE_TIME_LEAST = 1000, /* ms, likewise */
    KEEP_MAX = 100000,        /* files */
};

enum format { FORMAT_PCAP, FORMAT_PCAPNG };

struct instance_range {
    unsigned int first, last; /* first <= last <= INSTANCE_MAX */
};

/* Strings point into argv or to constants. */
struct options {
    const char *app;
    const char *output; /* "-" is standard output; NULL: a name made of app, date and time */
    struct interfaces interfaces; /* default eth0 */
    const char *filter;           /* NULL: all packets */
    bool filter_is_empty; /* one was given, of blanks or nothing: -f "$UNSET"; `filter` is NULL */
    const char *process;  /* default web */
    uint32_t snaplen;     /* bytes; 0: whatever the tool's default is */
    uint64_t duration_ms; /* 0: until stopped */
    uint64_t count;       /* packets; 0: without bound */
    uint64_t max_size;    /* bytes; 0: without bound */
    uint64_t rotate_size; /* bytes; 0: without bound */
    uint64_t rotate_time; /* ms; 0: without bound */
    uint64_t keep;        /* files; 0: all */
    uint64_t reserve;     /* bytes to be left free on the disk; UINT64_MAX: stop_reserve */
    enum format format;
    bool pcap_by_name; /* it is pcap because the output's name ends in .pcap */
    bool yes, verbose, follow;
    bool split;           /* a file for each instance */
    bool wireshark;       /* show it in a viewer; in a file only if `output` is given, too */
    const char *viewer;   /* its program; NULL: the usual one */
    const char *tls_keys; /* a file in the container, an absolute path; NULL: none. Then `format` is
                             FORMAT_PCAPNG */
    const char *sort_keys;                             /* of OPTIONS_SORT_KEYS: the file */
    bool check;                                        /* nothing is to be captured */
    struct instance_range ranges[INSTANCE_RANGES_MAX]; /* none: all instances */
    size_t range_count;
};

enum options_result {
    OPTIONS_CAPTURE,
    OPTIONS_HELP,
    OPTIONS_INSTALL_EXTCAP,
    OPTIONS_REMOVE_EXTCAP,
    OPTIONS_SORT_KEYS,
    OPTIONS_WRONG,
};

/*
 * Reads the words after `cf pcap` (argv[0] is `pcap`), options and the app in any order.
 * OPTIONS_WRONG: `error` holds one line that says why, and what was meant, if that can be guessed
 * (hint.h); OPTIONS_ERROR_SIZE is enough for it.
 */
enum options_result options_parse(struct options *options, int argc, char **argv, char *error,
                                  size_t error_size);

/* Is the capture divided into several files? */
static inline bool options_rotates(const struct options *options)
{
    return options->rotate_size > 0 || options->rotate_time > 0;
}

/* One line of help an option, as `cf help pcap` shows it; ends with a name of NULL. */
struct option_help {
    const char *name; /* "output, -o FILE": the CLI puts "--" before it */
    const char *text;
};
extern const struct option_help options_help[];

/* Usage and examples; CF_NAME stands for the name of the CLI. */
extern const char options_usage[];

#endif
