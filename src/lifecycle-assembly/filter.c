#include "archive.h"

#include <errno.h>
#include <string.h>
#include <sys/types.h>

#include "pax.h"

/* Where the copy goes, and its size so far. */
struct output {
    FILE *file; /* NULL: nowhere */
    uint64_t size;
    struct failure *failure;
};

static int put(struct output *out, const void *bytes, size_t size)
{
    if (out->file != NULL && fwrite(bytes, 1, size, out->file) != size)
        return failed(out->failure, errno, "the archive cannot be written: %s", strerror(errno));
    out->size += size;
    return 0;
}

static int put_zeros(struct output *out, size_t size)
{
    static const unsigned char zeros[TAR_RECORD + 2 * TAR_BLOCK];
    return put(out, zeros, size);
}

static int put_extension(struct output *out, const struct tar_extension *extension)
{
    int status = 0;

    if (extension->present && (status = put(out, extension->header, TAR_BLOCK)) == 0)
        status = put(out, extension->data, extension->size + tar_fill(extension->size));
    return status;
}

static int put_pax(struct output *out, unsigned char header[TAR_BLOCK], const char *data,
                   size_t size)
{
    int status;

    tar_set_size(header, size);
    if ((status = put(out, header, TAR_BLOCK)) < 0 || (status = put(out, data, size)) < 0)
        return status;
    return put_zeros(out, tar_fill(size));
}

/* Writes an extended header without attributes, or nothing if no record is left. */
static int put_pax_without_attributes(struct output *out, const struct tar_extension *pax)
{
    static char data[TAR_EXTENSION_MAX]; /* too large for the stack */
    unsigned char header[TAR_BLOCK];
    size_t size;

    if (!pax->present)
        return 0;
    size = pax_without_attributes(pax->data, pax->size, data);
    if (size == pax->size)
        return put_extension(out, pax);
    if (size == 0)
        return 0;
    memcpy(header, pax->header, TAR_BLOCK);
    return put_pax(out, header, data, size);
}

static int copy_member(struct output *out, struct tar_reader *stock)
{
    struct tar_member *member = &stock->member;
    char buffer[1 << 16];
    size_t fill = stock->fill;
    ssize_t got;
    int status;

    if ((status = put_extension(out, &member->long_link)) < 0 ||
        (status = put_extension(out, &member->long_name)) < 0 ||
        (status = put_pax_without_attributes(out, &member->pax)) < 0 || member->type == 'g' ||
        (status = put(out, member->header, TAR_BLOCK)) < 0)
        return status;
    while ((got = tar_read(stock, buffer, sizeof buffer)) > 0)
        if ((status = put(out, buffer, (size_t)got)) < 0)
            return status;
    return got < 0 ? (int)got : put_zeros(out, fill);
}

static int put_addition(struct output *out, struct addition *addition)
{
    unsigned char header[TAR_BLOCK];
    char buffer[1 << 16];
    uint64_t left = addition->size;
    int status;

    if (addition->record_size > 0) {
        char name[64];
        snprintf(name, sizeof name, "PaxHeaders/%s", addition->name);
        tar_header(header, name, 'x', 0644, addition->record_size);
        if ((status = put_pax(out, header, addition->record, addition->record_size)) < 0)
            return status;
    }
    tar_header(header, addition->name, '0', addition->mode, addition->size);
    if ((status = put(out, header, TAR_BLOCK)) < 0)
        return status;
    while (left > 0) {
        size_t wanted = left < sizeof buffer ? (size_t)left : sizeof buffer;
        if (fread(buffer, 1, wanted, addition->file) != wanted)
            return failed(out->failure, EIO, "%s cannot be read", addition->path);
        if ((status = put(out, buffer, wanted)) < 0)
            return status;
        left -= wanted;
    }
    return put_zeros(out, tar_fill(addition->size));
}

static int put_end(struct output *out)
{
    uint64_t size = out->size + 2ul * TAR_BLOCK;
    int status = put_zeros(out, 2ul * TAR_BLOCK + (TAR_RECORD - size % TAR_RECORD) % TAR_RECORD);

    if (status == 0 && out->file != NULL && fflush(out->file) != 0)
        status = failed(out->failure, errno, "the archive cannot be written: %s", strerror(errno));
    return status;
}

int archive_filter(struct tar_reader *stock, struct addition *additions, FILE *out,
                   struct archive_counts *counts)
{
    struct output output = {out, 0, stock->failure};
    int status;

    memset(counts, 0, sizeof *counts);
    while ((status = tar_next(stock)) == 1) {
        int replaced = addition_replaces(stock);
        if (replaced < 0)
            return replaced;
        if (replaced > 0) {
            counts->left_out++;
            continue;
        }
        counts->kept += stock->member.type != 'g';
        if ((status = copy_member(&output, stock)) < 0)
            return status;
    }
    if (status == 0 && counts->kept == 0)
        return failed(stock->failure, EBADMSG, "%s holds nothing but the capture tool",
                      stock->what);
    for (size_t i = 0; status == 0 && additions != NULL && i < ADDITIONS; i++) {
        status = put_addition(&output, &additions[i]);
        counts->added++;
    }
    return status < 0 ? status : put_end(&output);
}
