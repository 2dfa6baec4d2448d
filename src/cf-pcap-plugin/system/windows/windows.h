/*
 * What the files of this folder share.
 */
#ifndef WINDOWS_SYSTEM_H
#define WINDOWS_SYSTEM_H

#include <windows.h>
#include <winsock2.h>

/* The error of the last call of the system, as a negative errno. */
int windows_error(void);

/* The parent of a process; 0: it is not known. */
int windows_parent_of(int pid);

/* The handle of a descriptor of the C library; INVALID_HANDLE_VALUE. */
HANDLE windows_handle(int fd);

#endif
