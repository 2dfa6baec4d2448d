#include "tar.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/types.h>

#include "pax.h"

/* Where the fields of a header are, and how many bytes they have. */
enum {
    NAME = 0,
    NAME_SIZE = 100,
    MODE = 100,
    OWNER = 108,
    GROUP = 116,
    ID_SIZE = 8,
    SIZE = 124,
    TIME = 136,
    NUMBER_SIZE = 12,
    CHECKSUM = 148,
    CHECKSUM_SIZE = 8,
    TYPE = 156,
    LINK = 157,
    MAGIC = 257,
    PREFIX = 345,
    PREFIX_SIZE = 155,
};

static const uint64_t SIZE_MAX_ = INT64_MAX / 2; /* bytes; so that sums stay far from an overflow */

void tar_begin(struct tar_reader *tar, FILE *in, const char *what, struct failure *failure)
{
    tar->in = in;
    tar->what = what;
    tar->failure = failure;
    tar->left = 0;
    tar->fill = 0;
    tar->begun = false;
}

size_t tar_fill(uint64_t size)
{
    return (size_t)((TAR_BLOCK - size % TAR_BLOCK) % TAR_BLOCK);
}

static bool is_zero(const unsigned char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

static uint64_t checksum(const unsigned char header[TAR_BLOCK], bool is_signed)
{
    int64_t sum = 0;

    for (size_t i = 0; i < TAR_BLOCK; i++) {
        unsigned char byte = i >= CHECKSUM && i < CHECKSUM + CHECKSUM_SIZE ? ' ' : header[i];
        sum += is_signed ? (signed char)byte : byte;
    }
    return (uint64_t)sum;
}

/* A number: octal digits among blanks and '\0', or base 256 (GNU), which the first bit marks. */
static int number(const unsigned char *field, size_t size, uint64_t *value)
{
    size_t i = 0;

    *value = 0;
    if ((field[0] & 0x80) != 0) {
        for (; i < size; i++) {
            if (*value > SIZE_MAX_ >> 8)
                return -EBADMSG;
            *value = *value << 8 | (i == 0 ? field[i] & 0x7fu : field[i]);
        }
        return 0;
    }
    while (i < size && field[i] == ' ')
        i++;
    for (; i < size && field[i] >= '0' && field[i] <= '7'; i++)
        *value = *value << 3 | (uint64_t)(field[i] - '0'); /* 12 digits at most */
    for (; i < size; i++)
        if (field[i] != ' ' && field[i] != '\0')
            return -EBADMSG;
    return 0;
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
    uint64_t sum;

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
    if (number(header + CHECKSUM, CHECKSUM_SIZE, &sum) < 0 ||
        (sum != checksum(header, false) && sum != checksum(header, true)))
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
                      tar->what, header[TYPE]);
    if (number(header + SIZE, NUMBER_SIZE, &size) < 0 || size > TAR_EXTENSION_MAX)
        return failed(tar->failure, EBADMSG, "%s has a header of type '%c' that is too large",
                      tar->what, header[TYPE]);
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

    if (memcmp(header + MAGIC, "ustar", 6) == 0) /* with its '\0': GNU's has a blank there */
        prefix = strnlen(header + PREFIX, PREFIX_SIZE);
    snprintf(member->name, sizeof member->name, "%.*s%s%.*s", (int)prefix, header + PREFIX,
             prefix > 0 ? "/" : "", NAME_SIZE, header + NAME);
    snprintf(member->link, sizeof member->link, "%.*s", NAME_SIZE, header + LINK);
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
        if (digit < '0' || digit > '9' || member->size > SIZE_MAX_ / 10 - 1)
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

    memcpy(&member->type, member->header + TYPE, 1);
    if (member->type == '\0')
        member->type = '0';
    names_of_header(member);
    if (number(member->header + SIZE, NUMBER_SIZE, &member->size) < 0)
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
        switch (member->header[TYPE]) {
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

static void put_octal(unsigned char *field, size_t size, uint64_t value)
{
    field[size - 1] = '\0';
    for (size_t i = size - 1; i > 0; i--, value >>= 3)
        field[i - 1] = (unsigned char)('0' + (value & 7));
}

static void put_checksum(unsigned char header[TAR_BLOCK])
{
    put_octal(header + CHECKSUM, CHECKSUM_SIZE - 1, checksum(header, false));
    header[CHECKSUM + CHECKSUM_SIZE - 1] = ' ';
}

void tar_set_size(unsigned char header[TAR_BLOCK], uint64_t size)
{
    put_octal(header + SIZE, NUMBER_SIZE, size);
    put_checksum(header);
}

void tar_header(unsigned char header[TAR_BLOCK], const char *name, char type, unsigned mode,
                uint64_t size)
{
    static const char magic[] = {'u', 's', 't', 'a', 'r', '\0', '0', '0'};

    memset(header, 0, TAR_BLOCK);
    memcpy(header + NAME, name, strnlen(name, NAME_SIZE));
    put_octal(header + MODE, ID_SIZE, mode);
    put_octal(header + OWNER, ID_SIZE, 0);
    put_octal(header + GROUP, ID_SIZE, 0);
    put_octal(header + TIME, NUMBER_SIZE, 0);
    header[TYPE] = (unsigned char)type;
    memcpy(header + MAGIC, magic, sizeof magic);
    tar_set_size(header, size);
}
