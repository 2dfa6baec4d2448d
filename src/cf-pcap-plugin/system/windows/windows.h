/*
 * What the files of this folder share.
 */
#ifndef WINDOWS_SYSTEM_H
#define WINDOWS_SYSTEM_H

#include <stdbool.h>
#include <windows.h>
#include <winsock2.h>

#include "../system.h"

enum { WINDOWS_PATH = PATH_MAX + 16 /* UTF-16 units */ };

/*
 * A path as the system's calls want it: in UTF-16, and in the form that may be longer than 260
 * characters, where it is (\\?\C:\...). False: GetLastError says why.
 */
bool windows_path(const char *path, WCHAR wide[WINDOWS_PATH]);

/* The same of the folder that it is in, which ends in a backslash. */
bool windows_folder_of(const char *path, WCHAR folder[WINDOWS_PATH]);

/* Leaves the folder of it. */
void windows_cut_name(WCHAR *path);

/* The error of the last call of the system, as a negative errno. */
int windows_error(void);

/* The parent of a process; 0: it is not known. */
int windows_parent_of(int pid);

/* The handle of a descriptor of the C library; INVALID_HANDLE_VALUE. */
HANDLE windows_handle(int fd);

#endif
