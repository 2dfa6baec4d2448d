/*
 * Gob, the encoding Go's net/rpc speaks, as far as a plugin of the cf CLI needs it.
 * Reference: the package comment of Go's encoding/gob. The rules used here:
 *
 *   unsigned   below 128: that byte. Else: one byte with the count of bytes, negated, and the
 *              value in that many bytes, big-endian, as few as can be. 7 = 07, 256 = FE 01 00.
 *   signed     as an unsigned whose bit 0 says that the bits above it are complemented:
 *              3 = 06, -129 = FE 01 01.
 *   bool       an unsigned 0 or 1.
 *   string     an unsigned count of bytes, then the bytes. []byte alike.
 *   slice      an unsigned count of elements, then those.
 *   map        an unsigned count of pairs, then key, element, key, element ...
 *   struct     pairs (field, value), fields in order, as the unsigned difference to the field
 *              before (the first to -1); fields of value zero are left out; 0 ends it.
 *   message    an unsigned count of the bytes that follow, then either a type definition
 *              (-id, wireType) or a value (id, value). A value that is no struct has a 0 before it.
 *   type ids   bool 1, int 2, uint 3, float 4, []byte 5, string 6; the sender's own types from 65.
 *              A type is defined before a value of it is sent.
 *   wireType   struct { ArrayT 0, SliceT 1, StructT 2, MapT 3 ... }, one of them set:
 *     SliceT   { CommonType { Name string, Id int }, Elem int }
 *     StructT  { CommonType, Field []{ Name string, Id int } }
 *     MapT     { CommonType, Key int, Elem int }
 */
#ifndef GOB_H
#define GOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum gob_id {
    GOB_BOOL = 1,
    GOB_INT = 2,
    GOB_UINT = 3,
    GOB_FLOAT = 4,
    GOB_BYTES = 5,
    GOB_STRING = 6
};
enum { GOB_FIRST_OWN_ID = 65, GOB_MAX = 16384 /* bytes of a buffer */ };

/* What is being written. Once something did not fit, `full` stays set and the content is void. */
struct gob_writer {
    uint8_t bytes[GOB_MAX];
    size_t used;
    bool full;
};

void gob_put_uint(struct gob_writer *gob, uint64_t value);
void gob_put_int(struct gob_writer *gob, int64_t value);
void gob_put_string(struct gob_writer *gob, const char *text);

/* A field of a struct whose type is defined: its name and the id of its type. */
struct gob_field {
    const char *name;
    int id;
};

/* Each appends one message that defines a type. */
void gob_put_struct_type(struct gob_writer *gob, int id, const char *name,
                         const struct gob_field *fields, size_t count);
void gob_put_slice_type(struct gob_writer *gob, int id, int element);
void gob_put_map_type(struct gob_writer *gob, int id, int key, int element);

/* Appends `body`, which begins with a type id, as one message. */
void gob_put_message(struct gob_writer *gob, const struct gob_writer *body);

/* What is being read, from untrusted bytes. Once something was malformed, `bad` stays set and
 * everything reads as zero. */
struct gob_reader {
    const uint8_t *at, *end;
    bool bad;
};

uint64_t gob_get_uint(struct gob_reader *gob);
int64_t gob_get_int(struct gob_reader *gob);
/* The bytes lie in the reader's memory and are not terminated. */
const uint8_t *gob_get_bytes(struct gob_reader *gob, size_t *length);

/* A struct type that the sender has defined: names point into the sender's bytes. */
struct gob_struct {
    int id;
    size_t count;
    struct {
        const uint8_t *name;
        size_t length;
        int id;
    } fields[8];
};

/* Reads the wireType of a type definition, after its id. 0, or -ENOTSUP if it is no struct of at
 * most eight fields. */
int gob_get_struct_type(struct gob_reader *gob, struct gob_struct *type);

#endif
