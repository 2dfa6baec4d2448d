/*
 * The header of a member of a tar archive: one block, in which each field has its place (ustar,
 * IEEE Std 1003.1; GNU tar's manual, "Basic Tar Format").
 */
#ifndef TAR_HEADER_H
#define TAR_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TAR_BLOCK = 512 /* bytes; headers are one, contents are filled up to whole ones */ };

/* Where the fields are, and how many bytes they have. */
enum {
    HEADER_NAME = 0,
    HEADER_NAME_SIZE = 100,
    HEADER_MODE = 100,
    HEADER_OWNER = 108,
    HEADER_GROUP = 116,
    HEADER_ID_SIZE = 8,
    HEADER_SIZE = 124,
    HEADER_TIME = 136,
    HEADER_NUMBER_SIZE = 12,
    HEADER_CHECKSUM = 148,
    HEADER_CHECKSUM_SIZE = 8,
    HEADER_TYPE = 156,
    HEADER_LINK = 157,
    HEADER_MAGIC = 257,
    HEADER_PREFIX = 345,
    HEADER_PREFIX_SIZE = 155,
};

/* The largest number that is read: sums of these stay far from an overflow. */
static const uint64_t HEADER_NUMBER_MAX = INT64_MAX / 2;

/*
 * Reads a number: octal digits among blanks and '\0', or base 256 (GNU), which the first bit marks.
 * 0 or -EBADMSG.
 */
int header_number(const unsigned char *field, size_t size, uint64_t *value);

/* Is its checksum right? Some old programs took bytes for signed: so it may be, too. */
bool header_checksum_fits(const unsigned char header[TAR_BLOCK]);

/*
 * Makes the header of one of our members: owner 0:0, time 0, so that the same content gives the
 * same bytes everywhere. name has at most 100 bytes.
 */
void tar_header(unsigned char header[TAR_BLOCK], const char *name, char type, unsigned mode,
                uint64_t size);

/* Changes the size in a header, and its checksum. size is below 8 GiB. */
void tar_set_size(unsigned char header[TAR_BLOCK], uint64_t size);

/* The number of bytes that fill up the last block of `size` bytes. */
size_t tar_fill(uint64_t size);

#endif
