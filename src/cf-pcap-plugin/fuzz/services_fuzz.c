/* Cloud Controller's list of an app's services, the values in it, and a capture filter. */
#include <string.h>

#include "../../fuzz.h"
#include "services.h"

static void check(const struct hosts *hosts)
{
    CLAIM(hosts->count <= HOSTS_MAX);
    for (size_t i = 0; i < hosts->count; i++) {
        const char *name = hosts->names[i];

        CLAIM(memchr(name, '\0', HOST_NAME_SIZE) != NULL && name[0] != '\0');
        CLAIM(name[0] != '-' && name[0] != '.');
        for (; *name != '\0'; name++)
            CLAIM(strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._",
                         *name) != NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hosts hosts = {.count = 0};
    char why[64] = "", filter[256];

    services_hosts(&hosts, (const char *)data, size, why, sizeof why);
    CLAIM(memchr(why, '\0', sizeof why) != NULL);
    check(&hosts);
    hosts_add_value(&hosts, (const char *)data, size);
    size_t length = size < sizeof filter - 1 ? size : sizeof filter - 1;
    memcpy(filter, data, length);
    filter[length] = '\0';
    hosts_of_filter(&hosts, filter);
    check(&hosts);
    return 0;
}
