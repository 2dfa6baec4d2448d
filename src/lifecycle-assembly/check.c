#include "archive.h"

#include <errno.h>
#include <string.h>
#include <sys/types.h>

#include "pax.h"

static int differs(const struct tar_reader *product, const char *what, const char *name)
{
    return failed(product->failure, EINVAL, "%s does not hold what it should: %s of %s",
                  product->what, what, name);
}

static bool has_attribute(const struct tar_extension *pax)
{
    struct pax_record record;
    size_t offset = 0;

    while (pax->present && pax_next(pax->data, pax->size, &offset, &record) == 1)
        if (pax_is_attribute(&record))
            return true;
    return false;
}

/* The product's extended header is the stock one without attributes. */
static bool same_pax(const struct tar_extension *stock, const struct tar_extension *product)
{
    static char data[TAR_EXTENSION_MAX]; /* too large for the stack */
    size_t size = stock->present ? pax_without_attributes(stock->data, stock->size, data) : 0;

    if (has_attribute(product))
        return false;
    return size == (product->present ? product->size : 0) && memcmp(data, product->data, size) == 0;
}

static bool same_extension(const struct tar_extension *a, const struct tar_extension *b)
{
    if (a->present != b->present || !a->present)
        return a->present == b->present;
    return a->size == b->size && memcmp(a->header, b->header, TAR_BLOCK) == 0 &&
           memcmp(a->data, b->data, a->size) == 0;
}

static int same_member(struct tar_reader *stock, struct tar_reader *product)
{
    struct tar_member *a = &stock->member, *b = &product->member;
    char stock_bytes[1 << 14], product_bytes[1 << 14];
    ssize_t got;

    if (a->type != b->type || strcmp(a->name, b->name) != 0 || strcmp(a->link, b->link) != 0 ||
        !same_extension(&a->long_name, &b->long_name) ||
        !same_extension(&a->long_link, &b->long_link) || !same_pax(&a->pax, &b->pax))
        return differs(product, "the header", a->name);
    if (a->type == 'g')
        return 0;
    if (memcmp(a->header, b->header, TAR_BLOCK) != 0 || a->size != b->size)
        return differs(product, "the header", a->name);
    while ((got = tar_read(stock, stock_bytes, sizeof stock_bytes)) > 0) {
        ssize_t other = tar_read(product, product_bytes, (size_t)got);
        if (other < 0)
            return (int)other;
        if (other != got || memcmp(stock_bytes, product_bytes, (size_t)got) != 0)
            return differs(product, "the content", a->name);
    }
    return (int)got;
}

static int same_addition(struct addition *addition, struct tar_reader *product)
{
    struct tar_member *member = &product->member;
    unsigned char header[TAR_BLOCK];
    char file_bytes[1 << 14], product_bytes[1 << 14];
    size_t record_size = member->pax.present ? member->pax.size : 0;
    ssize_t got;

    tar_header(header, addition->name, '0', addition->mode, addition->size);
    if (memcmp(member->header, header, TAR_BLOCK) != 0)
        return differs(product, "the header", addition->name);
    if (record_size != addition->record_size ||
        memcmp(member->pax.data, addition->record, record_size) != 0)
        return differs(product, "the file capability", addition->name);
    rewind(addition->file);
    while ((got = tar_read(product, product_bytes, sizeof product_bytes)) > 0)
        if (fread(file_bytes, 1, (size_t)got, addition->file) != (size_t)got ||
            memcmp(file_bytes, product_bytes, (size_t)got) != 0)
            return differs(product, "the content", addition->name);
    return (int)got;
}

/* The product's next member must be there. */
static int next(struct tar_reader *product, const char *wanted)
{
    int status = tar_next(product);
    return status == 0 ? differs(product, "the rest, from where it ends; it lacks that", wanted)
                       : status;
}

/* A global extended header is left out if it held only attributes. */
static bool vanishes(const struct tar_reader *stock)
{
    static char data[TAR_EXTENSION_MAX]; /* too large for the stack */
    const struct tar_member *member = &stock->member;

    return member->type == 'g' && member->pax.size > 0 &&
           pax_without_attributes(member->pax.data, member->pax.size, data) == 0;
}

int archive_check(struct tar_reader *stock, struct tar_reader *product, struct addition *additions)
{
    int status;

    while ((status = tar_next(stock)) == 1) {
        int replaced = addition_replaces(stock);
        if (replaced < 0)
            return replaced;
        if (replaced > 0 || vanishes(stock))
            continue;
        if ((status = next(product, stock->member.name)) < 0 ||
            (status = same_member(stock, product)) < 0)
            return status;
    }
    if (status < 0)
        return status;
    for (size_t i = 0; additions != NULL && i < ADDITIONS; i++)
        if ((status = next(product, additions[i].name)) < 0 ||
            (status = same_addition(&additions[i], product)) < 0)
            return status;
    status = tar_next(product);
    return status == 1 ? differs(product, "it has more, the header", product->member.name) : status;
}
