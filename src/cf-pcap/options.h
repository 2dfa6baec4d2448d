/*
 * The command line. Reference for users: `cf-pcap --help` and docs/use.md.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "../snaplen.h"

struct options {
    const char *interface; /* never NULL; points into argv or to a constant */
    const char *filter;    /* "" for none; points into argv or to a constant */
    uint32_t snaplen;      /* bytes, 1 to SNAPLEN_MAX; SNAPLEN_MAX if not given or 0 */
    bool snaplen_given;    /* the command line has a snaplen other than 0 */
    bool verbose;
};

enum options_result { OPTIONS_CAPTURE, OPTIONS_HELP, OPTIONS_VERSION, OPTIONS_WRONG };

/*
 * Reads the command line into options. OPTIONS_WRONG: a message has been printed. Words are read in
 * their order: --help or --version wins unless an earlier word is wrong. Long options may begin
 * with one dash and be cut if that is unambiguous, see getopt_long_only(3).
 */
enum options_result options_parse(struct options *options, int argc, char **argv);

/* What --help prints, whole. */
extern const char options_usage[];

#endif
