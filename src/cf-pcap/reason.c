#include "reason.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>

#include "message.h"

#define EXECUTABLE "/proc/self/exe"

enum file_capability { FILE_HAS_IT, FILE_HAS_NONE, FILE_HAS_NAMESPACED, FILE_UNREADABLE };

static uint32_t little_endian(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

/*
 * The attribute begins with its version and flags, 32 bits, and the permitted set, 32 bits, both
 * little-endian (linux/capability.h). The kernel refuses to show a namespaced one of a foreign
 * namespace: EOVERFLOW.
 */
static enum file_capability file_capability(void)
{
    unsigned char value[sizeof(struct vfs_ns_cap_data)];
    ssize_t length = getxattr(EXECUTABLE, "security.capability", value, sizeof value);

    if (length < 0 && errno == EOVERFLOW)
        return FILE_HAS_NAMESPACED;
    if (length < 0)
        return errno == ENODATA || errno == ENOTSUP ? FILE_HAS_NONE : FILE_UNREADABLE;
    if (length < 8 || (little_endian(value + 4) & (1U << CAP_NET_RAW)) == 0)
        return FILE_HAS_NONE;
    if ((little_endian(value) & VFS_CAP_REVISION_MASK) == VFS_CAP_REVISION_3)
        return FILE_HAS_NAMESPACED;
    return FILE_HAS_IT;
}

static bool mount_is_nosuid(void)
{
    struct statvfs status;

    return statvfs(EXECUTABLE, &status) == 0 && (status.f_flag & ST_NOSUID) != 0;
}

void reason_print(void)
{
    switch (file_capability()) {
    case FILE_HAS_NONE:
        message("may not capture: this file does not have the capability CAP_NET_RAW; either the "
                "operator has not enabled capture on this cell (diego.rep.enable_cf_pcap), or the "
                "cell's cache is older than that: ask the operator, then restart the app");
        return;
    case FILE_HAS_NAMESPACED:
        message("may not capture: the capability of this file belongs to a user namespace (version "
                "3, as setcap writes it there); the operator must assemble the lifecycle as root "
                "on the host");
        return;
    case FILE_UNREADABLE:
        message("may not capture: cannot read the capability of this file: %s", strerror(errno));
        return;
    case FILE_HAS_IT:
        break;
    }
    if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
        message("may not capture: the container forbids gaining privileges (no_new_privs); ask the "
                "operator about Garden's no_new_privileges");
    else if (mount_is_nosuid())
        message("may not capture: this file lies on a file system mounted nosuid, which voids its "
                "capability; the operator must mount the cell's data disk without nosuid");
    else if (cap_get_bound(CAP_NET_RAW) == 0)
        message("may not capture: the container's bounding set lacks CAP_NET_RAW; ask the operator "
                "about Garden's capabilities");
    else
        message("may not capture: the kernel did not grant the capability of this file, and shows "
                "no reason; is this program being traced?");
}
