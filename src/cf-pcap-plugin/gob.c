#include "gob.h"

#include <errno.h>
#include <string.h>

enum wire_type { WIRE_SLICE = 1, WIRE_STRUCT = 2, WIRE_MAP = 3 }; /* fields of wireType */

static void put_bytes(struct gob_writer *gob, const void *bytes, size_t count)
{
    if (gob->full || count > sizeof gob->bytes - gob->used) {
        gob->full = true;
        return;
    }
    if (count > 0)
        memcpy(gob->bytes + gob->used, bytes, count);
    gob->used += count;
}

void gob_put_uint(struct gob_writer *gob, uint64_t value)
{
    uint8_t bytes[9];
    size_t count = 0;

    if (value < 128) {
        bytes[count++] = (uint8_t)value;
    } else {
        unsigned int width = 8;

        while (value >> (8 * (width - 1)) == 0)
            width--;
        bytes[count++] = (uint8_t)(0x100 - width);
        while (width-- > 0)
            bytes[count++] = (uint8_t)(value >> (8 * width));
    }
    put_bytes(gob, bytes, count);
}

void gob_put_int(struct gob_writer *gob, int64_t value)
{
    gob_put_uint(gob, value < 0 ? ~(uint64_t)value << 1 | 1 : (uint64_t)value << 1);
}

void gob_put_string(struct gob_writer *gob, const char *text)
{
    size_t length = strlen(text);

    gob_put_uint(gob, length);
    put_bytes(gob, text, length);
}

void gob_put_message(struct gob_writer *gob, const struct gob_writer *body)
{
    gob_put_uint(gob, body->used);
    put_bytes(gob, body->bytes, body->used);
    gob->full |= body->full;
}

/* Up to the end of CommonType, which every kind of type has as its field 0. */
static void begin_type(struct gob_writer *body, enum wire_type kind, int id, const char *name)
{
    gob_put_int(body, -id);
    gob_put_uint(body, (uint64_t)kind + 1); /* from field -1 to that of wireType */
    gob_put_uint(body, 1);                  /* CommonType */
    if (name != NULL) {
        gob_put_uint(body, 1); /* CommonType.Name */
        gob_put_string(body, name);
    }
    gob_put_uint(body, name != NULL ? 1 : 2); /* CommonType.Id */
    gob_put_int(body, id);
    gob_put_uint(body, 0); /* end of CommonType */
}

static void end_type(struct gob_writer *gob, struct gob_writer *body)
{
    gob_put_uint(body, 0); /* end of the type */
    gob_put_uint(body, 0); /* end of wireType */
    gob_put_message(gob, body);
}

void gob_put_struct_type(struct gob_writer *gob, int id, const char *name,
                         const struct gob_field *fields, size_t count)
{
    struct gob_writer body = {.used = 0};

    begin_type(&body, WIRE_STRUCT, id, name);
    gob_put_uint(&body, 1); /* StructT.Field */
    gob_put_uint(&body, count);
    for (size_t i = 0; i < count; i++) {
        gob_put_uint(&body, 1);
        gob_put_string(&body, fields[i].name);
        gob_put_uint(&body, 1);
        gob_put_int(&body, fields[i].id);
        gob_put_uint(&body, 0);
    }
    end_type(gob, &body);
}

void gob_put_slice_type(struct gob_writer *gob, int id, int element)
{
    struct gob_writer body = {.used = 0};

    begin_type(&body, WIRE_SLICE, id, NULL);
    gob_put_uint(&body, 1); /* SliceT.Elem */
    gob_put_int(&body, element);
    end_type(gob, &body);
}

void gob_put_map_type(struct gob_writer *gob, int id, int key, int element)
{
    struct gob_writer body = {.used = 0};

    begin_type(&body, WIRE_MAP, id, NULL);
    gob_put_uint(&body, 1); /* MapT.Key */
    gob_put_int(&body, key);
    gob_put_uint(&body, 1); /* MapT.Elem */
    gob_put_int(&body, element);
    end_type(gob, &body);
}

static uint64_t malformed(struct gob_reader *gob)
{
    gob->bad = true;
    gob->at = gob->end;
    return 0;
}

uint64_t gob_get_uint(struct gob_reader *gob)
{
    uint64_t value = 0;

    if (gob->at == gob->end)
        return malformed(gob);
    uint8_t first = *gob->at++;
    if (first < 128)
        return first;

    size_t width = 0x100U - first;
    if (width > sizeof value || width > (size_t)(gob->end - gob->at))
        return malformed(gob);
    while (width-- > 0)
        value = value << 8 | *gob->at++;
    return value;
}

int64_t gob_get_int(struct gob_reader *gob)
{
    uint64_t value = gob_get_uint(gob);
    int64_t magnitude = (int64_t)(value >> 1);

    return value & 1 ? ~magnitude : magnitude;
}

const uint8_t *gob_get_bytes(struct gob_reader *gob, size_t *length)
{
    uint64_t count = gob_get_uint(gob);
    const uint8_t *bytes = gob->at;

    if (count > (uint64_t)(gob->end - gob->at))
        count = malformed(gob);
    gob->at += count;
    *length = (size_t)count;
    return bytes;
}

static int get_id(struct gob_reader *gob)
{
    int64_t id = gob_get_int(gob);

    if (id < INT32_MIN + 1 || id > INT32_MAX)
        return (int)malformed(gob);
    return (int)id;
}

/* { Name string, Id int }, as CommonType and as a field of a struct. */
static int get_name_and_id(struct gob_reader *gob, const uint8_t **name, size_t *length)
{
    uint64_t field = 0, step;
    int id = 0;

    *name = gob->at;
    *length = 0;
    while ((step = gob_get_uint(gob)) != 0) {
        field += step;
        if (field == 1)
            *name = gob_get_bytes(gob, length);
        else if (field == 2)
            id = get_id(gob);
        else
            malformed(gob);
    }
    return id;
}

int gob_get_struct_type(struct gob_reader *gob, struct gob_struct *type)
{
    uint64_t field = 0, step;
    const uint8_t *name;
    size_t length;

    type->count = 0;
    if (gob_get_uint(gob) != (uint64_t)WIRE_STRUCT + 1)
        return -ENOTSUP;
    while ((step = gob_get_uint(gob)) != 0) {
        field += step;
        if (field == 1) {
            get_name_and_id(gob, &name, &length);
        } else if (field == 2) {
            uint64_t count = gob_get_uint(gob);

            if (count > sizeof type->fields / sizeof *type->fields)
                return -ENOTSUP;
            for (; type->count < count; type->count++)
                type->fields[type->count].id = get_name_and_id(gob, &type->fields[type->count].name,
                                                               &type->fields[type->count].length);
        } else {
            return -ENOTSUP;
        }
    }
    return gob->bad ? -ENOTSUP : 0;
}
