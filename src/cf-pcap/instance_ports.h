/*
 * The ports at which SSH enters the container. Diego's SSH daemon listens at 2222; where the
 * container proxy is on, sessions first reach the proxy, at the port that the environment variable
 * CF_INSTANCE_PORTS names as `internal_tls_proxy` for `internal` 2222:
 *
 *     [{"external":61000,"internal":8080,"internal_tls_proxy":61001},
 *      {"external":61002,"internal":2222,"internal_tls_proxy":61003}]
 *
 * Format: Cloud Foundry's documentation of app environment variables.
 */
#ifndef INSTANCE_PORTS_H
#define INSTANCE_PORTS_H

#include <stddef.h>
#include <stdint.h>

enum { SSH_DAEMON_PORT = 2222, SSH_PORTS_MAX = 8 };

struct ssh_ports {
    size_t count; /* at least 1 */
    uint16_t port[SSH_PORTS_MAX];
};

/*
 * Reads the value of CF_INSTANCE_PORTS; NULL or "" where it is not set. `ports` always holds port
 * 2222 afterwards. 0; -EINVAL if the text is not of that form, -E2BIG if it names more than
 * SSH_PORTS_MAX ports: what could be read is in `ports`. Prints nothing.
 */
int ssh_ports_parse(struct ssh_ports *ports, const char *text);

#endif
