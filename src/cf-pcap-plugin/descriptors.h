/*
 * How many descriptors this process may still open.
 */
#ifndef DESCRIPTORS_H
#define DESCRIPTORS_H

#include <stdbool.h>

enum { DESCRIPTORS_NEEDED = 20 /* to look up an app and to capture one instance */ };

/* Can DESCRIPTORS_NEEDED more be opened? libuv aborts where it cannot open its own. */
bool descriptors_are_enough(void);

#endif
