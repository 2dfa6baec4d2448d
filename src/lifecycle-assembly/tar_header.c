#include "tar_header.h"

#include <errno.h>
#include <string.h>

size_t tar_fill(uint64_t size)
{
    return (size_t)((TAR_BLOCK - size % TAR_BLOCK) % TAR_BLOCK);
}

static uint64_t checksum(const unsigned char header[TAR_BLOCK], bool is_signed)
{
    int64_t sum = 0;

    for (size_t i = 0; i < TAR_BLOCK; i++) {
        unsigned char byte =
            i >= HEADER_CHECKSUM && i < HEADER_CHECKSUM + HEADER_CHECKSUM_SIZE ? ' ' : header[i];
        sum += is_signed ? (signed char)byte : byte;
    }
    return (uint64_t)sum;
}

int header_number(const unsigned char *field, size_t size, uint64_t *value)
{
    size_t i = 0;

    *value = 0;
    if ((field[0] & 0x80) != 0) {
        for (; i < size; i++) {
            if (*value > HEADER_NUMBER_MAX >> 8)
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

bool header_checksum_fits(const unsigned char header[TAR_BLOCK])
{
    uint64_t sum;

    return header_number(header + HEADER_CHECKSUM, HEADER_CHECKSUM_SIZE, &sum) == 0 &&
           (sum == checksum(header, false) || sum == checksum(header, true));
}

static void put_octal(unsigned char *field, size_t size, uint64_t value)
{
    field[size - 1] = '\0';
    for (size_t i = size - 1; i > 0; i--, value >>= 3)
        field[i - 1] = (unsigned char)('0' + (value & 7));
}

static void put_checksum(unsigned char header[TAR_BLOCK])
{
    put_octal(header + HEADER_CHECKSUM, HEADER_CHECKSUM_SIZE - 1, checksum(header, false));
    header[HEADER_CHECKSUM + HEADER_CHECKSUM_SIZE - 1] = ' ';
}

void tar_set_size(unsigned char header[TAR_BLOCK], uint64_t size)
{
    put_octal(header + HEADER_SIZE, HEADER_NUMBER_SIZE, size);
    put_checksum(header);
}

void tar_header(unsigned char header[TAR_BLOCK], const char *name, char type, unsigned mode,
                uint64_t size)
{
    static const char magic[] = {'u', 's', 't', 'a', 'r', '\0', '0', '0'};

    memset(header, 0, TAR_BLOCK);
    memcpy(header + HEADER_NAME, name, strnlen(name, HEADER_NAME_SIZE));
    put_octal(header + HEADER_MODE, HEADER_ID_SIZE, mode);
    put_octal(header + HEADER_OWNER, HEADER_ID_SIZE, 0);
    put_octal(header + HEADER_GROUP, HEADER_ID_SIZE, 0);
    put_octal(header + HEADER_TIME, HEADER_NUMBER_SIZE, 0);
    header[HEADER_TYPE] = (unsigned char)type;
    memcpy(header + HEADER_MAGIC, magic, sizeof magic);
    tar_set_size(header, size);
}
