/*
 * The values of options. Each function takes the whole text, and returns 0 or a negative errno:
 * then it is no such value.
 */
#ifndef OPTION_VALUE_H
#define OPTION_VALUE_H

#include "options.h"

/* Bytes, decimal, 0 to SNAPLEN_MAX. */
int option_snaplen(uint32_t *snaplen, const char *text);

/* 1 or 0,2 or 0-3, and what can be made of these with commas: added to the options'
 * ranges. -E2BIG: there are INSTANCE_RANGES_MAX already; -ERANGE: a range begins with the larger
 * index. */
int option_instances(struct options *options, const char *text);

/* 90, 1.5s, 500ms, 5m, 1h30m; at least a millisecond, at most a year. A number alone is seconds. */
int option_duration(uint64_t *duration_ms, const char *text);

/* 1 to `most`. */
int option_count(uint64_t *count, const char *text, uint32_t most);

/*
 * 500MB, 1.5GiB: bytes, up to 2^60. The units are B, kB, MB, GB, which are powers of 1000, and KiB,
 * MiB, GiB, of 1024, in upper or lower case. A number alone is none but for 0: tcpdump's sizes are
 * millions, dumpcap's thousands of bytes.
 */
int option_size(uint64_t *bytes, const char *text);

int option_format(enum format *format, const char *text);

/* A file's name has this end, such as .pcapng, in upper or lower case. */
bool option_ends_in(const char *path, const char *end);

/* The format that is to be: as it was given, or as the name of the file says; where it may be
 * chosen, the one that holds more. NULL, or what is wrong. */
const char *option_choose_format(struct options *options, bool given);

#endif
