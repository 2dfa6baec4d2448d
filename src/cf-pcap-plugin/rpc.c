#include "rpc.h"

#include <errno.h>
#include <string.h>

void rpc_begin(struct gob_writer *call, const char *method)
{
    static const struct gob_field fields[] = {{"ServiceMethod", GOB_STRING}, {"Seq", GOB_UINT}};
    struct gob_writer body = {.used = 0};

    gob_put_struct_type(call, RPC_REQUEST_ID, "Request", fields, 2);
    gob_put_int(&body, RPC_REQUEST_ID);
    gob_put_uint(&body, 1);
    gob_put_string(&body, method);
    gob_put_uint(&body, 0); /* Seq is 0: left out */
    gob_put_message(call, &body);
}

static bool is_named(const struct gob_struct *type, uint64_t field, const char *name)
{
    return type->fields[field].length == strlen(name) &&
           memcmp(type->fields[field].name, name, strlen(name)) == 0;
}

static void get_response(struct gob_reader *gob, const struct gob_struct *type,
                         struct rpc_reply *reply)
{
    uint64_t field = 0, step;

    while ((step = gob_get_uint(gob)) != 0) {
        if (step > type->count - field) {
            gob->bad = true;
            return;
        }
        field += step;
        switch (type->fields[field - 1].id) {
        case GOB_STRING: {
            size_t length;
            const uint8_t *text = gob_get_bytes(gob, &length);

            if (!is_named(type, field - 1, "Error"))
                break;
            if (length > sizeof reply->error - 1)
                length = sizeof reply->error - 1;
            memcpy(reply->error, text, length);
            reply->error[length] = '\0';
            break;
        }
        case GOB_BOOL:
        case GOB_INT:
        case GOB_UINT:
            gob_get_uint(gob);
            break;
        default:
            gob->bad = true;
            return;
        }
    }
}

/* The next message of the bytes; 0, -EAGAIN: it is not whole yet, -EBADMSG. */
static int next_message(struct gob_reader *bytes, struct gob_reader *message)
{
    struct gob_reader ahead = *bytes;
    size_t left = (size_t)(bytes->end - bytes->at);

    if (left == 0)
        return -EAGAIN;
    if (*bytes->at >= 128) {
        size_t width = 0x100U - *bytes->at;

        if (width > sizeof(uint64_t))
            return -EBADMSG;
        if (left < 1 + width)
            return -EAGAIN;
    }
    uint64_t length = gob_get_uint(&ahead);
    if (length == 0 || length > GOB_MAX)
        return -EBADMSG;
    if (length > (uint64_t)(ahead.end - ahead.at))
        return -EAGAIN;
    *message = (struct gob_reader){.at = ahead.at, .end = ahead.at + length};
    bytes->at = message->end;
    return 0;
}

int rpc_parse_reply(struct rpc_reply *reply, const uint8_t *bytes, size_t length)
{
    struct gob_reader all = {.at = bytes, .end = bytes + length}, message;
    struct gob_struct response = {.id = 0};
    bool have_response = false;
    int result;

    *reply = (struct rpc_reply){.result = false};
    while ((result = next_message(&all, &message)) == 0) {
        int64_t id = gob_get_int(&message);

        if (id < 0) {
            /* Only the first type is of interest: the other is that of an empty result. */
            if (response.id == 0 && id > INT32_MIN) {
                if (gob_get_struct_type(&message, &response) != 0)
                    return -EBADMSG;
                response.id = (int)-id;
            }
        } else if (!have_response) {
            if (response.id == 0 || id != response.id)
                return -EBADMSG;
            get_response(&message, &response, reply);
            have_response = true;
        } else {
            if (reply->error[0] == '\0') {
                if (id != GOB_BOOL || gob_get_uint(&message) != 0)
                    return -EBADMSG;
                reply->result = gob_get_uint(&message) == 1;
            }
            return message.bad ? -EBADMSG : 0;
        }
        if (message.bad)
            return -EBADMSG;
    }
    return result;
}
