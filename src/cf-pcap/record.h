/*
 * Records of a pcap file (draft-ietf-opsawg-pcap), in this machine's byte order, side by side in
 * memory.
 */
#ifndef RECORD_H
#define RECORD_H

#include <stddef.h>
#include <stdint.h>

struct record_header {
    uint32_t seconds;
    uint32_t microseconds;
    uint32_t captured_length;
    uint32_t original_length;
};

/* The number of records that end within the first `bytes` bytes. */
uint32_t record_count(const unsigned char *at, size_t bytes);

/* The length, in bytes, of the fewest first records that must go so that at most `most` bytes are
 * left. */
size_t record_surplus(const unsigned char *at, size_t bytes, size_t most);

#endif
