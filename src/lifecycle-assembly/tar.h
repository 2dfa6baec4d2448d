/*
 * Reads a tar archive from a stream, member by member, with bounded memory: the formats ustar (IEEE
 * Std 1003.1), pax and GNU (GNU tar's manual, "Basic Tar Format"), and older ones. Keeps everything
 * that belongs to a member as it is in the stream, so that it can be written again unchanged.
 * Anything unknown (sparse files, multi-volume archives, other vendors' types) is an error, and
 * never skipped.
 */
#ifndef TAR_H
#define TAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "failure.h"
#include "tar_header.h"

enum {
    TAR_RECORD = 20 * TAR_BLOCK, /* an archive is filled up to whole ones of these, as by GNU tar */
    TAR_NAME_MAX = 4095,         /* bytes of a name: PATH_MAX without its '\0' */
    TAR_EXTENSION_MAX = 1 << 20, /* bytes of an extended header, as in Go's archive/tar */
};

/* An extended header ('x', 'g') or a GNU long name ('L', 'K') before a member. */
struct tar_extension {
    bool present;
    unsigned char header[TAR_BLOCK];
    size_t size;
    char data[TAR_EXTENSION_MAX + TAR_BLOCK]; /* `size` bytes, then zeros to the end of the block */
};

struct tar_member {
    char type; /* '0' file, '1' hard link, '2' symlink, '3' '4' '6' nodes, '5' directory, '7' as
                  '0'; 'g': no member, but an extended header for all that follow, in `pax` */
    char name[TAR_NAME_MAX + 1];
    char link[TAR_NAME_MAX + 1]; /* of hard links and symlinks */
    uint64_t size;               /* bytes of content */
    unsigned char header[TAR_BLOCK];
    struct tar_extension pax, long_name, long_link;
};

struct tar_reader {
    FILE *in;
    const char *what;        /* the archive's name, for messages */
    struct failure *failure; /* where they go */
    uint64_t left;           /* bytes of the member's content that are not read yet */
    size_t fill;             /* bytes that fill up its last block */
    bool begun;
    struct tar_member member;
};

/* The caller owns all four; the stream stays open. */
void tar_begin(struct tar_reader *tar, FILE *in, const char *what, struct failure *failure);

/*
 * Skips the rest of the current member and goes to the next. 1: it is tar->member; 0: the archive
 * and the stream ended as they should; -EBADMSG: it is damaged, cut off, or holds something
 * unknown; -EIO: the stream cannot be read.
 */
int tar_next(struct tar_reader *tar);

/*
 * Reads up to `size` bytes of the member's content. Returns how many, 0 at its end, or a negative
 * errno as above.
 */
ssize_t tar_read(struct tar_reader *tar, void *buffer, size_t size);

#endif
