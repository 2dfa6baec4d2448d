/*
 * What Linux and macOS do in different ways, for the files of this folder.
 */
#ifndef POSIX_H
#define POSIX_H

/*
 * Opens a descriptor that can be read from (poll(2)) once process `pid` has ended, closed on exec.
 * Returns it, or a negative errno, also where the system has none. The caller closes it.
 */
int posix_open_process(int pid);

#endif
