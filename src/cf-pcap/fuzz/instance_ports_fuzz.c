/* CF_INSTANCE_PORTS. */
#include <string.h>

#include "../../fuzz.h"
#include "instance_ports.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ssh_ports ports;
    char *text = malloc(size + 1);

    memcpy(text, data, size);
    text[size] = '\0';
    ssh_ports_parse(&ports, text);
    free(text);
    CLAIM(ports.count >= 1 && ports.count <= SSH_PORTS_MAX && ports.port[0] == SSH_DAEMON_PORT);
    for (size_t i = 0; i < ports.count; i++) {
        CLAIM(ports.port[i] != 0);
        for (size_t j = 0; j < i; j++)
            CLAIM(ports.port[i] != ports.port[j]);
    }
    return 0;
}
