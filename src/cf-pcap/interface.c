#include "interface.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "message.h"

int interface_check(const char *name)
{
    char list[1024] = "";
    size_t used = 0;

    if (strcmp(name, "any") == 0)
        return 0;

    struct if_nameindex *interfaces = if_nameindex();
    if (interfaces == NULL) {
        int error = errno;
        message("cannot list the interfaces: %s", strerror(error));
        return -error;
    }
    for (struct if_nameindex *at = interfaces; at->if_name != NULL; at++) {
        if (strcmp(at->if_name, name) == 0) {
            if_freenameindex(interfaces);
            return 0;
        }
        if (used < sizeof list - IF_NAMESIZE - 3)
            used += (size_t)snprintf(list + used, sizeof list - used, "%s, ", at->if_name);
    }
    if_freenameindex(interfaces);
    message("there is no interface '%.64s%s' here; use one of: %sany", name,
            strlen(name) > 64 ? "..." : "", list);
    return -ENODEV;
}
