/*
 * A stock archive. What is made of it passes the check, and has no extended attributes; made again,
 * nothing more is left out of it.
 * A header that is changed at random has a wrong checksum, and nothing behind that check would ever
 * be reached: so all are put right beforehand, unless the input's last byte is 1.
 */
#include <string.h>

#include "../../fuzz.h"
#include "archive.h"
#include "pax.h"

enum { BLOCK = 512, SIZE_AT = 124, SIZE_DIGITS = 12, CHECKSUM_AT = 148, CHECKSUM_SIZE = 8 };

static struct tar_reader stock, product; /* megabytes: too large for the stack */

/* The blocks of content that follow a header, by an octal size; no more than SIZE_MAX / 2. */
static size_t blocks_behind(const uint8_t *header)
{
    size_t size = 0;

    for (int i = 0; i < SIZE_DIGITS; i++)
        if (header[SIZE_AT + i] >= '0' && header[SIZE_AT + i] <= '7')
            size = size << 3 | (size_t)(header[SIZE_AT + i] - '0');
    return (size + BLOCK - 1) / BLOCK;
}

static void put_checksums_right(uint8_t *data, size_t size)
{
    size_t blocks = size / BLOCK;

    for (size_t at = 0; at < blocks;) {
        uint8_t *header = data + at * BLOCK;
        unsigned sum = 0;
        char text[CHECKSUM_SIZE];

        memset(header + CHECKSUM_AT, ' ', CHECKSUM_SIZE);
        for (size_t i = 0; i < BLOCK; i++)
            sum += header[i];
        if (sum == CHECKSUM_SIZE * ' ') { /* a block of zeros, the end mark */
            memset(header + CHECKSUM_AT, 0, CHECKSUM_SIZE);
            at++;
            continue;
        }
        snprintf(text, sizeof text, "%06o", sum);
        memcpy(header + CHECKSUM_AT, text, sizeof text - 1);
        size_t behind = blocks_behind(header);
        at = behind < blocks ? at + 1 + behind : blocks;
    }
}

/* All prefixes that a cell, or GNU tar, or libarchive knows. */
static bool is_attribute(const struct pax_record *record)
{
    static const char *const prefixes[] = {"SCHILY.xattr.", "LIBARCHIVE.xattr.", "SCHILY.acl.",
                                           "RHT.security."};

    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
        if (record->key_length >= strlen(prefixes[i]) &&
            memcmp(record->key, prefixes[i], strlen(prefixes[i])) == 0)
            return true;
    return false;
}

static void check_attributes(struct tar_reader *tar)
{
    struct pax_record record;

    while (tar_next(tar) == 1) {
        size_t offset = 0;

        if (!tar->member.pax.present)
            continue;
        while (pax_next(tar->member.pax.data, tar->member.pax.size, &offset, &record) == 1)
            CLAIM(!is_attribute(&record));
    }
}

static void check(uint8_t *data, size_t size)
{
    struct failure failure = {0};
    struct archive_counts counts = {0};
    struct archive_counts again = {0};
    char *out = NULL;
    size_t out_size = 0;

    FILE *in = fmemopen(data, size, "r");
    FILE *made = open_memstream(&out, &out_size);
    tar_begin(&stock, in, "stock", &failure);
    int result = archive_filter(&stock, NULL, made, &counts);
    fclose(made);
    if (result == 0) {
        FILE *read_back = fmemopen(out, out_size, "r");
        rewind(in);
        tar_begin(&stock, in, "stock", &failure);
        tar_begin(&product, read_back, "product", &failure);
        CLAIM(archive_check(&stock, &product, NULL) == 0);
        rewind(read_back);
        tar_begin(&product, read_back, "product", &failure);
        CLAIM(archive_filter(&product, NULL, NULL, &again) == 0);
        CLAIM(again.left_out == 0 && again.kept == counts.kept);
        rewind(read_back);
        tar_begin(&product, read_back, "product", &failure);
        check_attributes(&product);
        fclose(read_back);
    }
    fclose(in);
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    uint8_t *copy = malloc(size);
    memcpy(copy, data, size);
    if (data[size - 1] != 1)
        put_checksums_right(copy, size);
    check(copy, size);
    free(copy);
    return 0;
}
