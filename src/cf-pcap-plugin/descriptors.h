/*
 * The descriptors that this process was given, and how many more it may open.
 */
#ifndef DESCRIPTORS_H
#define DESCRIPTORS_H

#include <stdbool.h>

enum { DESCRIPTORS_NEEDED = 20 /* to look up an app and to capture one instance */ };

/* Opens /dev/null where standard input, output or error is closed: or else what is opened next
 * would be given its number, and packets or messages would go there. */
void descriptors_fill(void);

/* Can DESCRIPTORS_NEEDED more be opened? libuv aborts where it cannot open its own. */
bool descriptors_are_enough(void);

#endif
