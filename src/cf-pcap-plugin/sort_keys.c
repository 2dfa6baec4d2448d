#include "sort_keys.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "system/system.h"

enum {
    SECTION_HEADER = 0x0a0d0d0a,
    ORDER_MAGIC = 0x1a2b3c4d,
    INTERFACE_DESCRIPTION = 1,
    DECRYPTION_SECRETS = 10,
    BLOCK_MAX = 1 << 24, /* bytes; those of cf pcap are shorter */
};

/* The file as it is, and as it will be. */
struct sorting {
    FILE *from, *to;
    uint8_t *block; /* BLOCK_MAX bytes: the one that was read last */
    size_t length;
    uint64_t keys; /* blocks with keys that stand behind a packet */
    bool has_keys; /* any */
    bool is_cut;   /* it ends within a block, which is left out */
};

static uint32_t get32(const uint8_t *at)
{
    uint32_t value;

    memcpy(&value, at, sizeof value);
    return value;
}

static uint32_t type_of(const struct sorting *sorting)
{
    return get32(sorting->block);
}

/* 1; 0: there is none any more; -EPROTO: it is none; or another negative errno. */
static int read_block(struct sorting *sorting)
{
    size_t got = fread(sorting->block, 1, 8, sorting->from);

    if (got == 8) {
        sorting->length = get32(sorting->block + 4);
        if (sorting->length < 12 || sorting->length > BLOCK_MAX || sorting->length % 4 != 0)
            return -EPROTO;
        got += fread(sorting->block + 8, 1, sorting->length - 8, sorting->from);
        if (got == sorting->length)
            return get32(sorting->block + got - 4) == got ? 1 : -EPROTO;
    }
    if (ferror(sorting->from))
        return -EIO;
    sorting->is_cut = got > 0;
    return 0;
}

static int copy(const struct sorting *sorting)
{
    return fwrite(sorting->block, 1, sorting->length, sorting->to) == sorting->length ? 0 : -EIO;
}

/* It begins as what cf pcap writes: a section in this machine's byte order. What mergecap has put
 * behind it is another section, with keys of its own. */
static int check(const struct sorting *sorting, bool first)
{
    if (first != (type_of(sorting) == SECTION_HEADER))
        return -EPROTO;
    return first && (sorting->length < 28 || get32(sorting->block + 8) != ORDER_MAGIC) ? -EPROTO
                                                                                       : 0;
}

/* All keys, or all else; the keys stand behind the first interface, as cf pcap puts them. */
static int copy_all(struct sorting *sorting, bool keys)
{
    bool first = true, at_head = true, behind_packet = false;
    int result = fseek(sorting->from, 0, SEEK_SET) == 0 ? 0 : -errno;

    while (result == 0) {
        result = read_block(sorting);
        if (result <= 0)
            return result == 0 && first ? -EPROTO : result;
        result = check(sorting, first);
        first = false;
        bool is_key = type_of(sorting) == DECRYPTION_SECRETS;
        if (keys && is_key) {
            sorting->keys += behind_packet;
            sorting->has_keys = true;
        }
        /* The head is written by the pass that copies keys. */
        if (result == 0 && (keys ? is_key || at_head : !is_key && !at_head))
            result = copy(sorting);
        if (type_of(sorting) == INTERFACE_DESCRIPTION)
            at_head = false;
        behind_packet |= !at_head && !is_key && type_of(sorting) != INTERFACE_DESCRIPTION;
    }
    return result;
}

static int sort(struct sorting *sorting)
{
    int result = copy_all(sorting, true);

    if (result == 0 && sorting->keys > 0)
        result = copy_all(sorting, false);
    return result == 0 && fflush(sorting->to) != 0 ? -errno : result;
}

/* FILE.sorting, which no other run writes. */
static int open_new(struct sorting *sorting, const char *name)
{
    int fd = system_open(name, SYSTEM_ANEW);

    if (fd < 0)
        return fd;
    sorting->to = fdopen(fd, "wb");
    return sorting->to != NULL ? 0 : -errno;
}

static int complain(const char *path, int error, const char *name)
{
    if (error == -EPROTO)
        fprintf(stderr, "Cannot sort %s: it is no pcapng file of cf pcap.\n", path);
    else if (error == -EEXIST)
        fprintf(stderr, "Cannot sort %s: %s is there already; remove it.\n", path, name);
    else if (error == -EBUSY)
        fprintf(stderr, "Cannot sort %s: another program has it open, such as a cf pcap.\n", path);
    else if (error == -EISDIR)
        fprintf(stderr, "Cannot sort %s: it is a folder.\n", path);
    else if (error == -ENXIO)
        fprintf(stderr, "Cannot sort %s: it is no file.\n", path);
    else
        fprintf(stderr, "Cannot sort %s: %s.\n", path, strerror(-error));
    return 1;
}

/* A named pipe would be waited for. 0 or a negative errno. */
static int open_old(struct sorting *sorting, const char *path)
{
    int kind = system_kind_at(path);

    if (kind != SYSTEM_IS_FILE)
        return kind < 0 ? kind : kind == SYSTEM_IS_FOLDER ? -EISDIR : -ENXIO;
    sorting->from = system_open_to_read(path);
    if (sorting->from == NULL)
        return -errno;
    sorting->block = malloc(BLOCK_MAX);
    return sorting->block == NULL ? -ENOMEM : 0;
}

static void tell_result(const struct sorting *sorting, const char *path)
{
    if (!sorting->has_keys)
        printf("%s: it has no TLS keys.\n", path);
    else if (sorting->keys == 0)
        printf("%s: all TLS keys stand in front of the packets already.\n", path);
    else
        printf("%s: %" PRIu64
               " block%s of TLS keys stood behind packets, and stand%s in front of them now.%s\n",
               path, sorting->keys, sorting->keys == 1 ? "" : "s", sorting->keys == 1 ? "s" : "",
               sorting->is_cut ? " The last block was not whole, and is left out." : "");
}

int sort_keys(const char *path)
{
    struct sorting sorting = {.keys = 0};
    char name[PATH_MAX + sizeof ".sorting"], file[PATH_MAX] = "";
    int result = open_old(&sorting, path);

    if (result == 0)
        result = system_behind_links(path, file, sizeof file);
    snprintf(name, sizeof name, "%s.sorting", file);
    /* What it writes after that would be in no file that has a name. */
    if (result == 0 && system_may_write(path) == -EBUSY)
        result = -EBUSY;
    if (result == 0)
        result = open_new(&sorting, name);
    if (result == 0)
        result = sort(&sorting);
    if (sorting.from != NULL)
        fclose(sorting.from);
    if (sorting.to != NULL) {
        if (fclose(sorting.to) != 0 && result == 0)
            result = -errno;
        if (result == 0 && sorting.keys > 0)
            result = system_replace(name, file);
        if (result != 0 || sorting.keys == 0)
            system_remove(name);
    }
    free(sorting.block);
    if (result != 0)
        return complain(path, result, name);
    tell_result(&sorting, path);
    return 0;
}
