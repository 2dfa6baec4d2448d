/*
 * How many descriptors this process may still open.
 */
#ifndef DESCRIPTORS_H
#define DESCRIPTORS_H

#include <stdbool.h>
#include <stddef.h>

enum {
    DESCRIPTORS_NEEDED = 20, /* to look up an app and to capture one instance */
    DESCRIPTORS_A_PART = 4,  /* for an instance with a file of its own: its pipes, and the file */
};

/* Can so many more be opened? libuv aborts where it cannot open its own. */
bool descriptors_are_enough(size_t count);

#endif
