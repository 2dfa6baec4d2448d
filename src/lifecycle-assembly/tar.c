#include "tar.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/types.h>

#include "pax.h"
#include "tar_header.h"

void tar_begin(struct tar_reader *tar, FILE *in, const char *what, struct failure *failure)
{
    tar->in = in;
    tar->what = what;
    tar->failure = failure;
    tar->left = 0;
    tar->fill = 0;
    tar->begun = false;
}

static bool is_zero(const unsigned char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

/* Reads exactly `size` bytes. 1: read; 0: the stream ended before the first one. */
static int read_all(struct tar_reader *tar, void *buffer, size_t size)
{
    size_t got = fread(buffer, 1, size, tar->in);

    if (got == size)
        return 1;
    if (ferror(tar->in))
        return failed(tar->failure, EIO, "%s cannot be read: %s", tar->what, strerror(errno));
    if (got == 0)
        return 0;
    return failed(tar->failure, EBADMSG, "%s is cut off: it ends in the middle", tar->what);
}

static int cut_off(struct tar_reader *tar)
{
    return failed(tar->failure, EBADMSG, "%s is cut off: it ends before its end mark", tar->what);
}

static int read_blocks(struct tar_reader *tar, void *buffer, size_t size)
{
    int status = read_all(tar, buffer, size + tar_fill(size));
    return status == 0 ? cut_off(tar) : status;
}

ssize_t tar_read(struct tar_reader *tar, void *buffer, size_t size)
{
    size_t wanted = tar->left < size ? (size_t)tar->left : size;
    int status;

    if (wanted > 0) {
        status = read_all(tar, buffer, wanted);
        if (status <= 0)
            return status == 0 ? cut_off(tar) : status;
        tar->left -= wanted;
        return (ssize_t)wanted;
    }
    if (tar->fill > 0) {
        unsigned char fill[TAR_BLOCK];
        status = read_all(tar, fill, tar->fill);
        if (status <= 0)
            return status == 0 ? cut_off(tar) : status;
        tar->fill = 0;
    }
    return 0;
}

static int skip_content(struct tar_reader *tar)
{
    char buffer[1 << 14];
    ssize_t got;

    do
        got = tar_read(tar, buffer, sizeof buffer);
    while (got > 0);
    return (int)got;
}

/* Only zeros may follow the end mark. */
static int read_end(struct tar_reader *tar)
{
    unsigned char block[TAR_BLOCK];
    int zeros = 1, status;

    if (!tar->begun)
        return failed(tar->failure, EBADMSG, "%s holds no members", tar->what);
    while ((status = read_all(tar, block, sizeof block)) == 1) {
        if (!is_zero(block, sizeof block))
            return failed(tar->failure, EBADMSG, "%s goes on behind its end mark", tar->what);
        zeros++;
    }
    if (status < 0)
        return status;
    return zeros < 2 ? cut_off(tar) : 0;
}

static int read_header(struct tar_reader *tar, unsigned char header[TAR_BLOCK])
{
    int status = read_all(tar, header, TAR_BLOCK);

    if (status == -EBADMSG && !tar->begun)
        return failed(tar->failure, EBADMSG, "%s is not a tar archive", tar->what);
    if (status < 0)
        return status;
    if (status == 0)
        return tar->begun
                   ? cut_off(tar)
                   : failed(tar->failure, EBADMSG, "%s is empty: not a tar archive", tar->what);
    if (is_zero(header, TAR_BLOCK))
        return read_end(tar);
    if (!header_checksum_fits(header))
        return failed(tar->failure, EBADMSG,
                      tar->begun ? "%s is damaged: the checksum of a header is wrong"
                                 : "%s is not a tar archive",
                      tar->what);
    tar->begun = true;
    return 1;
}

static int read_extension(struct tar_reader *tar, const unsigned char header[TAR_BLOCK],
                          struct tar_extension *extension)
{
    uint64_t size;

    if (extension->present)
        return failed(tar->failure, EBADMSG, "%s has two headers of type '%c' for one member",
                      tar->what, header[HEADER_TYPE]);
    if (header_number(header + HEADER_SIZE, HEADER_NUMBER_SIZE, &size) < 0 ||
        size > TAR_EXTENSION_MAX)
        return failed(tar->failure, EBADMSG, "%s has a header of type '%c' that is too large",
                      tar->what, header[HEADER_TYPE]);
    extension->present = true;
    extension->size = (size_t)size;
    memcpy(extension->header, header, TAR_BLOCK);
    return read_blocks(tar, extension->data, extension->size);
}

static int set_name(struct tar_reader *tar, char name[TAR_NAME_MAX + 1], const char *value,
                    size_t length)
{
    if (length > TAR_NAME_MAX)
        return failed(tar->failure, EBADMSG, "%s holds a name of more than %d bytes", tar->what,
                      TAR_NAME_MAX);
    if (memchr(value, '\0', length) != NULL)
        return failed(tar->failure, EBADMSG, "%s holds a name with a zero byte in it", tar->what);
    memcpy(name, value, length);
    name[length] = '\0';
    return 0;
}

static int set_long_name(struct tar_reader *tar, char name[TAR_NAME_MAX + 1],
                         const struct tar_extension *extension)
{
    if (!extension->present)
        return 0;
    return set_name(tar, name, extension->data, strnlen(extension->data, extension->size));
}

static void names_of_header(struct tar_member *member)
{
    const char *header = (const char *)member->header;
    size_t prefix = 0;

    if (memcmp(header + HEADER_MAGIC, "ustar", 6) == 0) /* with its '\0': GNU's has a blank there */
        prefix = strnlen(header + HEADER_PREFIX, HEADER_PREFIX_SIZE);
    snprintf(member->name, sizeof member->name, "%.*s%s%.*s", (int)prefix, header + HEADER_PREFIX,
             prefix > 0 ? "/" : "", HEADER_NAME_SIZE, header + HEADER_NAME);
    snprintf(member->link, sizeof member->link, "%.*s", HEADER_NAME_SIZE, header + HEADER_LINK);
}

/* One record of an extended header. */
static int apply_record(struct tar_reader *tar, const struct pax_record *record)
{
    struct tar_member *member = &tar->member;
    bool path = pax_key_is(record, "path"), linkpath = pax_key_is(record, "linkpath"),
         size = pax_key_is(record, "size");

    if (record->key_length >= 10 && memcmp(record->key, "GNU.sparse", 10) == 0)
        return failed(tar->failure, EBADMSG, "%s holds a sparse file", tar->what);
    if (!path && !linkpath && !size)
        return 0;
    if (member->type == 'g')
        return failed(tar->failure, EBADMSG, "%s sets names or sizes for all members", tar->what);
    if (record->value_length == 0)
        return failed(tar->failure, EBADMSG,
                      "%s has an extended header that withdraws a name or size", tar->what);
    if ((path && member->long_name.present) || (linkpath && member->long_link.present))
        return failed(tar->failure, EBADMSG, "%s names a member in two ways", tar->what);
    if (path)
        return set_name(tar, member->name, record->value, record->value_length);
    if (linkpath)
        return set_name(tar, member->link, record->value, record->value_length);

    member->size = 0;
    for (size_t i = 0; i < record->value_length; i++) {
        char digit = record->value[i];
        if (digit < '0' || digit > '9' || member->size > HEADER_NUMBER_MAX / 10 - 1)
            return failed(tar->failure, EBADMSG, "%s gives a member no sensible size", tar->what);
        member->size = member->size * 10 + (uint64_t)(digit - '0');
    }
    return 0;
}

static int apply_pax(struct tar_reader *tar)
{
    const struct tar_extension *pax = &tar->member.pax;
    struct pax_record record;
    size_t offset = 0;
    int status;

    if (!pax->present)
        return 0;
    while ((status = pax_next(pax->data, pax->size, &offset, &record)) == 1) {
        status = apply_record(tar, &record);
        if (status < 0)
            return status;
    }
    if (status < 0)
        return failed(tar->failure, EBADMSG, "%s has an extended header that is damaged",
                      tar->what);
    return 0;
}

/* Names, size and type of a member whose headers have all been read. */
static int understand(struct tar_reader *tar)
{
    struct tar_member *member = &tar->member;
    int status;

    memcpy(&member->type, member->header + HEADER_TYPE, 1);
    if (member->type == '\0')
        member->type = '0';
    names_of_header(member);
    if (header_number(member->header + HEADER_SIZE, HEADER_NUMBER_SIZE, &member->size) < 0)
        return failed(tar->failure, EBADMSG, "%s gives %s no sensible size", tar->what,
                      member->name);
    if ((status = set_long_name(tar, member->name, &member->long_name)) < 0 ||
        (status = set_long_name(tar, member->link, &member->long_link)) < 0 ||
        (status = apply_pax(tar)) < 0)
        return status;
    if (strchr("01234567", member->type) == NULL)
        return failed(tar->failure, EBADMSG, "%s holds %s, of the unknown type '%c'", tar->what,
                      member->name, member->type);
    if (member->type != '0' && member->type != '7' && member->size != 0)
        return failed(tar->failure, EBADMSG, "%s holds %s, of type '%c' but with content",
                      tar->what, member->name, member->type);
    tar->left = member->size;
    tar->fill = tar_fill(member->size);
    return 1;
}

int tar_next(struct tar_reader *tar)
{
    struct tar_member *member = &tar->member;
    int status = skip_content(tar);

    if (status < 0)
        return status;
    member->pax.present = member->long_name.present = member->long_link.present = false;
    for (;;) {
        bool pending =
            member->pax.present || member->long_name.present || member->long_link.present;

        status = read_header(tar, member->header);
        if (status == 0 && pending)
            return cut_off(tar);
        if (status <= 0)
            return status;
        switch (member->header[HEADER_TYPE]) {
        case 'x':
            status = read_extension(tar, member->header, &member->pax);
            break;
        case 'L':
            status = read_extension(tar, member->header, &member->long_name);
            break;
        case 'K':
            status = read_extension(tar, member->header, &member->long_link);
            break;
        case 'g':
            if (pending)
                return failed(tar->failure, EBADMSG, "%s has a global header inside a member",
                              tar->what);
            member->type = 'g';
            member->name[0] = member->link[0] = '\0';
            member->size = 0;
            status = read_extension(tar, member->header, &member->pax);
            if (status > 0)
                status = apply_pax(tar);
            return status < 0 ? status : 1;
        default:
            return understand(tar);
        }
        if (status < 0)
            return status;
    }
}
