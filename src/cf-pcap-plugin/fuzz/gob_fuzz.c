/* The CLI's reply to a call, and the numbers and strings that gob is made of. */
#include <errno.h>
#include <string.h>

#include "../../fuzz.h"
#include "rpc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rpc_reply reply = {0};
    struct gob_reader reader = {.at = data, .end = data + size};
    struct gob_struct type;
    int result = rpc_parse_reply(&reply, data, size);

    CLAIM(result == 0 || result == -EAGAIN || result == -EBADMSG);
    CLAIM(memchr(reply.error, '\0', sizeof reply.error) != NULL);
    if (result == 0 && size > 0) /* what is whole is not whole without its last byte */
        CLAIM(rpc_parse_reply(&reply, data, 0) == -EAGAIN);

    if (gob_get_struct_type(&reader, &type) == 0)
        for (size_t i = 0; i < type.count; i++)
            CLAIM(type.fields[i].name >= data &&
                  type.fields[i].name + type.fields[i].length <= data + size);
    CLAIM(reader.at >= data && reader.at <= data + size);

    /* What is written reads as what it was. */
    reader = (struct gob_reader){.at = data, .end = data + size};
    uint64_t number = gob_get_uint(&reader);
    if (!reader.bad) {
        struct gob_writer *writer = calloc(1, sizeof *writer);
        gob_put_uint(writer, number);
        gob_put_int(writer, (int64_t)number);
        struct gob_reader again = {.at = writer->bytes, .end = writer->bytes + writer->used};
        CLAIM(gob_get_uint(&again) == number);
        CLAIM(gob_get_int(&again) == (int64_t)number && !again.bad && again.at == again.end);
        free(writer);
    }
    return 0;
}
