#include "capability.h"

#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/xattr.h>

static const unsigned char net_raw_permitted[CAPABILITY_SIZE] = {
    [3] = VFS_CAP_REVISION_2 >> 24,
    [4 + CAP_NET_RAW / 8] = 1 << CAP_NET_RAW % 8,
};

int capability_check(const void *value, size_t size, const char *what, struct failure *failure)
{
    if (size == CAPABILITY_SIZE && memcmp(value, net_raw_permitted, size) == 0)
        return 0;
    if (size > 3 && ((const unsigned char *)value)[3] == VFS_CAP_REVISION_3 >> 24)
        return failed(failure, EINVAL,
                      "%s has a namespaced file capability (version 3), void in app containers: "
                      "assembly must not run in a user namespace",
                      what);
    return failed(failure, EINVAL, "%s has another file capability than cap_net_raw=p, version 2",
                  what);
}

int capability_of_file(const char *path, unsigned char value[CAPABILITY_SIZE],
                       struct failure *failure)
{
    unsigned char read[CAPABILITY_SIZE + 4]; /* version 3 is so much longer */
    ssize_t size = getxattr(path, "security.capability", read, sizeof read);

    if (size < 0)
        return failed(failure, errno, "%s has no file capability: %s", path, strerror(errno));
    int status = capability_check(read, (size_t)size, path, failure);
    if (status == 0)
        memcpy(value, read, CAPABILITY_SIZE);
    return status;
}
