/*
 * The open files that the program inherits.
 */
#ifndef DESCRIPTORS_H
#define DESCRIPTORS_H

#include <stdbool.h>

/*
 * Opens those of descriptors 0 to 2 that are closed on /dev/null. Otherwise the next open file
 * would get their number: messages would go into the packet socket, and out on the wire. 0 or a
 * negative errno.
 */
int descriptors_fill_standard(void);

/*
 * Whether stdout is /dev/null. It is, too, if it was closed: the function above opens it, or musl,
 * before main, for a program with a file capability. The two cases cannot be distinguished.
 */
bool descriptors_stdout_is_null(void);

/*
 * Closes all other descriptors. They are not needed, and through a UNIX socket among them an
 * attacker who has taken this process over could pass the packet socket to another one. Needs
 * /proc. 0 or a negative errno.
 */
int descriptors_close_inherited(void);

#endif
