#include "exclusion.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

static const void *internet_address(const struct sockaddr *address)
{
    if (address == NULL)
        return NULL;
    switch (address->sa_family) {
    case AF_INET:
        return &((const struct sockaddr_in *)(const void *)address)->sin_addr;
    case AF_INET6:
        return &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
    default:
        return NULL;
    }
}

/* "(one of the ports) and (one of the addresses)", for one direction: "src" or "dst". */
static void write_direction(FILE *out, const char *direction, const struct ssh_ports *ports,
                            const struct ifaddrs *addresses)
{
    char text[INET6_ADDRSTRLEN];

    for (size_t i = 0; i < ports->count; i++)
        fprintf(out, "%s%s port %u", i == 0 ? "(" : " or ", direction, ports->port[i]);
    fprintf(out, ") and (%s net 127.0.0.0/8", direction);
    for (const struct ifaddrs *at = addresses; at != NULL; at = at->ifa_next) {
        const void *address = internet_address(at->ifa_addr);

        if (address != NULL &&
            inet_ntop(at->ifa_addr->sa_family, address, text, sizeof text) != NULL)
            fprintf(out, " or %s host %s", direction, text);
    }
    fputc(')', out);
}

char *exclusion_expression(const struct ssh_ports *ports)
{
    struct ifaddrs *addresses = NULL;
    char *text = NULL;
    size_t size = 0;

    if (getifaddrs(&addresses) != 0)
        return NULL;
    FILE *out = open_memstream(&text, &size);
    if (out != NULL) {
        fputs("not (tcp and ((", out);
        write_direction(out, "src", ports, addresses);
        fputs(") or (", out);
        write_direction(out, "dst", ports, addresses);
        fputs(")))", out);
        bool broken = ferror(out) != 0;
        if (fclose(out) != 0 || broken) { /* no memory for all of it */
            free(text);
            text = NULL;
        }
    }
    freeifaddrs(addresses);
    return text;
}
