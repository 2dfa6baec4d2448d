/*
 * Archives for tests, made block by block, in files of memory.
 */
#ifndef ARCHIVE_FILE_H
#define ARCHIVE_FILE_H

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pax.h"
#include "tar.h"

static inline FILE *archive_file(void)
{
    return fdopen(memfd_create("archive", 0), "w+");
}

static inline void put_content(FILE *file, const void *bytes, size_t size)
{
    static const char zeros[TAR_BLOCK];

    fwrite(bytes, 1, size, file);
    fwrite(zeros, 1, tar_fill(size), file);
}

static inline void put_member(FILE *file, const char *name, char type, const char *content)
{
    unsigned char header[TAR_BLOCK];

    tar_header(header, name, type, 0755, strlen(content));
    fwrite(header, 1, TAR_BLOCK, file);
    put_content(file, content, strlen(content));
}

/* An extended header of type 'x' or 'g' with one record. */
static inline void put_record(FILE *file, char type, const char *key, const char *value)
{
    char record[8192];
    unsigned char header[TAR_BLOCK];
    size_t size = pax_write(record, sizeof record, key, value, strlen(value));

    tar_header(header, "PaxHeaders/x", type, 0644, size);
    fwrite(header, 1, TAR_BLOCK, file);
    put_content(file, record, size);
}

static inline void put_zero_blocks(FILE *file, int blocks)
{
    static const char zeros[TAR_BLOCK];

    while (blocks-- > 0)
        fwrite(zeros, 1, TAR_BLOCK, file);
}

#endif
