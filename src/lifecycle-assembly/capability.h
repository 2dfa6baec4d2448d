/*
 * The file capability of the tool, as setcap put it on a file of this machine.
 */
#ifndef CAPABILITY_H
#define CAPABILITY_H

#include <stddef.h>

#include "failure.h"

/*
 * The value of the extended attribute security.capability, version 2 (struct vfs_cap_data of
 * <linux/capability.h>, capabilities(7)): a magic number and two pairs of permitted and
 * inheritable sets, 32 bits each, little-endian.
 */
enum { CAPABILITY_SIZE = 20 };

/*
 * Checks that a value is exactly cap_net_raw=p, version 2. Version 3, which setcap writes inside a
 * user namespace, holds only below that namespace and would be void in an app container. 0, or
 * -EINVAL. `what` carries the value, for the message.
 */
int capability_check(const void *value, size_t size, const char *what, struct failure *failure);

/* Reads the value from a file and checks it. 0, or a negative errno. */
int capability_of_file(const char *path, unsigned char value[CAPABILITY_SIZE],
                       struct failure *failure);

#endif
