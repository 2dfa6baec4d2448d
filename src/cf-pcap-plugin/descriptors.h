/*
 * How many descriptors this process may still open.
 */
#ifndef DESCRIPTORS_H
#define DESCRIPTORS_H

#include <stdbool.h>
#include <stddef.h>

enum {
    DESCRIPTORS_NEEDED = 20,   /* to look up an app and to capture one instance */
    DESCRIPTORS_A_PART = 1,    /* for a file of an instance's own */
    DESCRIPTORS_A_SESSION = 3, /* for an instance on an interface: its pipes */
};

/* Can so many more be opened? libuv aborts where it cannot open its own. */
bool descriptors_are_enough(size_t count);

#endif
