#include "program.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "system/system.h"

static bool can_be_run(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0;
}

/* 0: it is there; -ENOENT. */
static int look_in(const char *folder, size_t length, const char *name, char *path, size_t size)
{
    const char *home = getenv("HOME");
    int written;

    if (length > 1 && strncmp(folder, "~/", 2) == 0)
        written = snprintf(path, size, "%s%.*s/%s", home == NULL ? "" : home, (int)length - 1,
                           folder + 1, name);
    else
        written = snprintf(path, size, "%.*s/%s", (int)length, folder, name);
    return written > 0 && (size_t)written < size && can_be_run(path) ? 0 : -ENOENT;
}

int program_find(const char *name, char *path, size_t size)
{
    const char *at = getenv("PATH");

    if (strchr(name, '/') != NULL) {
        if (strlen(name) >= size)
            return -ENAMETOOLONG;
        snprintf(path, size, "%s", name);
        return can_be_run(path) ? 0 : -ENOENT;
    }
    while (at != NULL && *at != '\0') {
        size_t length = strcspn(at, ":");

        if (length > 0 && look_in(at, length, name, path, size) == 0)
            return 0;
        at += length + (at[length] == ':');
    }
    for (const char *const *folder = system_usual_folders; *folder != NULL; folder++)
        if (look_in(*folder, strlen(*folder), name, path, size) == 0)
            return 0;
    return -ENOENT;
}

void program_name(const char *path, char *name, size_t size)
{
    const char *slash = strrchr(path, '/');

    snprintf(name, size, "%s", slash == NULL ? path : slash + 1);
    for (char *at = name; *at != '\0'; at++)
        *at = (char)tolower((unsigned char)*at);
    char *extension = strstr(name, ".exe");
    if (extension != NULL && extension[4] == '\0')
        *extension = '\0';
}
