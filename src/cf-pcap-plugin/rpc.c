#include "rpc.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

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

static int connect_to(const char *port)
{
    char *end;
    unsigned long number = strtoul(port, &end, 10);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};

    if (*port == '\0' || *end != '\0' || number == 0 || number > 65535)
        return -EINVAL;
    address.sin_port = htons((uint16_t)number);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0)
        return -errno;
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        int error = -errno;

        close(fd);
        return error;
    }
    return fd;
}

static int send_all(int fd, const uint8_t *bytes, size_t count)
{
    while (count > 0) {
        ssize_t sent = write(fd, bytes, count);

        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return -errno;
        bytes += sent;
        count -= (size_t)sent;
    }
    return 0;
}

int rpc_call(const char *port, const struct gob_writer *call, struct rpc_reply *reply)
{
    uint8_t bytes[GOB_MAX];
    size_t used = 0;
    int result = call->full ? -EMSGSIZE : connect_to(port);

    if (result < 0)
        return result;
    int fd = result;
    result = send_all(fd, call->bytes, call->used);
    while (result == 0) {
        ssize_t got = read(fd, bytes + used, sizeof bytes - used);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            result = got < 0 ? -errno : -ECONNRESET;
            break;
        }
        used += (size_t)got;
        result = rpc_parse_reply(reply, bytes, used);
        if (result != -EAGAIN)
            break;
        result = used < sizeof bytes ? 0 : -EBADMSG;
    }
    close(fd);
    return result;
}
