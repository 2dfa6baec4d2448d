#include <errno.h>
#include <stdlib.h>
#include <uv.h>

#include "rpc.h"
#include "system/system.h"

struct exchange {
    uv_tcp_t tcp;
    uv_connect_t connect;
    uv_write_t write;
    const struct gob_writer *call;
    struct rpc_reply *reply;
    uint8_t bytes[GOB_MAX];
    size_t used;
    int result; /* of libuv, or of rpc_parse_reply */
};

static void finish(struct exchange *exchange, int result)
{
    exchange->result = result;
    if (!uv_is_closing((uv_handle_t *)&exchange->tcp))
        uv_close((uv_handle_t *)&exchange->tcp, NULL);
}

static void on_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    struct exchange *exchange = handle->data;

    (void)suggested;
    *buffer = uv_buf_init((char *)exchange->bytes + exchange->used,
                          (unsigned int)(sizeof exchange->bytes - exchange->used));
}

static void on_bytes(uv_stream_t *stream, ssize_t got, const uv_buf_t *buffer)
{
    struct exchange *exchange = stream->data;

    (void)buffer;
    if (got < 0) {
        finish(exchange, got == UV_EOF       ? -ECONNRESET
                         : got == UV_ENOBUFS ? -EBADMSG
                                             : system_error((int)got));
        return;
    }
    exchange->used += (size_t)got;
    int result = rpc_parse_reply(exchange->reply, exchange->bytes, exchange->used);
    if (result != -EAGAIN)
        finish(exchange, result);
}

static void on_written(uv_write_t *request, int status)
{
    if (status != 0)
        finish(request->data, system_error(status));
}

static void on_connected(uv_connect_t *request, int status)
{
    struct exchange *exchange = request->data;
    uv_stream_t *stream = (uv_stream_t *)&exchange->tcp;
    uv_buf_t bytes = uv_buf_init((char *)exchange->call->bytes, (unsigned int)exchange->call->used);

    if (status == 0)
        status = uv_write(&exchange->write, stream, &bytes, 1, on_written);
    if (status == 0)
        status = uv_read_start(stream, on_room, on_bytes);
    if (status != 0)
        finish(exchange, system_error(status));
}

static int address_of(const char *port, struct sockaddr_in *address)
{
    char *end;
    unsigned long number = strtoul(port, &end, 10);

    if (*port == '\0' || *end != '\0' || number == 0 || number > 65535)
        return -EINVAL;
    return uv_ip4_addr("127.0.0.1", (int)number, address);
}

int rpc_call(const char *port, const struct gob_writer *call, struct rpc_reply *reply)
{
    struct exchange exchange = {.call = call, .reply = reply};
    struct sockaddr_in address;
    uv_loop_t loop;
    int result = call->full ? -EMSGSIZE : address_of(port, &address);

    if (result != 0 || (result = system_error(uv_loop_init(&loop))) != 0)
        return result;
    uv_tcp_init(&loop, &exchange.tcp);
    exchange.tcp.data = exchange.connect.data = exchange.write.data = &exchange;
    result = uv_tcp_connect(&exchange.connect, &exchange.tcp, (const struct sockaddr *)&address,
                            on_connected);
    if (result != 0)
        finish(&exchange, system_error(result));
    uv_run(&loop, UV_RUN_DEFAULT);
    uv_loop_close(&loop);
    return exchange.result;
}
