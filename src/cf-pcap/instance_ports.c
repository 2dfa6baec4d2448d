#include "instance_ports.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include <yyjson.h>

static int add(struct ssh_ports *ports, uint64_t port)
{
    if (port == 0 || port > UINT16_MAX)
        return -EINVAL;
    for (size_t i = 0; i < ports->count; i++)
        if (ports->port[i] == port)
            return 0;
    if (ports->count == SSH_PORTS_MAX)
        return -E2BIG;
    ports->port[ports->count++] = (uint16_t)port;
    return 0;
}

/* One entry of the list. The proxy's port is left out where the proxy is off. */
static int add_entry(struct ssh_ports *ports, yyjson_val *entry)
{
    yyjson_val *internal = yyjson_obj_get(entry, "internal");
    yyjson_val *proxy = yyjson_obj_get(entry, "internal_tls_proxy");

    if (!yyjson_is_obj(entry))
        return -EINVAL;
    if (!yyjson_is_uint(internal) || yyjson_get_uint(internal) != SSH_DAEMON_PORT ||
        proxy == NULL || yyjson_is_null(proxy))
        return 0;
    return yyjson_is_uint(proxy) ? add(ports, yyjson_get_uint(proxy)) : -EINVAL;
}

int ssh_ports_parse(struct ssh_ports *ports, const char *text)
{
    size_t index = 0;
    size_t count = 0;
    yyjson_val *entry = NULL;
    int result = 0;

    *ports = (struct ssh_ports){.count = 1, .port = {SSH_DAEMON_PORT}};
    if (text == NULL || *text == '\0')
        return 0;

    yyjson_doc *document = yyjson_read(text, strlen(text), YYJSON_READ_NOFLAG);
    if (!yyjson_is_arr(yyjson_doc_get_root(document))) {
        yyjson_doc_free(document);
        return -EINVAL;
    }
    yyjson_arr_foreach(yyjson_doc_get_root(document), index, count, entry)
    {
        int error = add_entry(ports, entry);
        if (result == 0)
            result = error;
    }
    yyjson_doc_free(document);
    return result;
}
