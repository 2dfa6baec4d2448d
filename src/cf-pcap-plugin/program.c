#include "program.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "system/system.h"

/* What is to be put behind the name. */
static const char *ending_of(const char *name)
{
    size_t length = strlen(name), ending = strlen(system_program_ending);

    return length >= ending && strcmp(name + length - ending, system_program_ending) == 0
               ? ""
               : system_program_ending;
}

/* 0: it is there; -ENOENT. */
static int look_in(const char *folder, size_t length, const char *name, char *path, size_t size)
{
    const char *ending = ending_of(name);
    char home[PATH_MAX] = "";
    int written;

    if (length > 1 && strncmp(folder, "~/", 2) == 0 && system_home(home, sizeof home) == 0)
        written =
            snprintf(path, size, "%s%.*s/%s%s", home, (int)length - 1, folder + 1, name, ending);
    else
        written = snprintf(path, size, "%.*s/%s%s", (int)length, folder, name, ending);
    return written > 0 && (size_t)written < size && system_is_program(path, "") ? 0 : -ENOENT;
}

int program_find(const char *name, char *path, size_t size)
{
    const char separators[] = {system_path_separator, '\0'};
    const char *at = getenv("PATH");
    char wireshark[PATH_MAX];

    if (system_base(name) != name) {
        if (strlen(name) >= size)
            return -ENAMETOOLONG;
        snprintf(path, size, "%s", name);
        return system_is_program(path, "") ? 0 : -ENOENT;
    }
    while (at != NULL && *at != '\0') {
        size_t length = strcspn(at, separators);

        if (length > 0 && look_in(at, length, name, path, size) == 0)
            return 0;
        at += length + (at[length] != '\0');
    }
    if (system_wireshark_folder(wireshark, sizeof wireshark) == 0 &&
        look_in(wireshark, strlen(wireshark), name, path, size) == 0)
        return 0;
    for (const char *const *folder = system_usual_folders; *folder != NULL; folder++)
        if (look_in(*folder, strlen(*folder), name, path, size) == 0)
            return 0;
    return -ENOENT;
}

void program_name(const char *path, char *name, size_t size)
{
    snprintf(name, size, "%s", system_base(path));
    for (char *at = name; *at != '\0'; at++)
        *at = (char)tolower((unsigned char)*at);
    char *extension = strstr(name, ".exe");
    if (extension != NULL && extension[4] == '\0')
        *extension = '\0';
}
