/*
 * The open files that whoever started the program left to it.
 */
#ifndef DESCRIPTORS_H
#define DESCRIPTORS_H

#include <stdbool.h>

/*
 * Descriptors 0 to 2 that are closed would be given to what is opened next: a message would go into
 * the packet socket, and out on the wire. They are opened on nothing. 0 or a negative errno.
 */
int descriptors_fill_standard(void);

/*
 * Whether stdout is /dev/null. One that was closed is that now, by the above, or by musl, which
 * does the same before main where the program has a file capability; the two cannot be told apart.
 */
bool descriptors_stdout_is_null(void);

/*
 * Closes all others. They are not needed; and a UNIX socket among them could carry the packet
 * socket to another process, should this one be taken over. Needs /proc. 0 or a negative errno.
 */
int descriptors_close_inherited(void);

#endif
