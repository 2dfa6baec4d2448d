#include "output_files.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "system/system.h"

enum { NAMES_MAX = 1000 /* files with this number, of the same second */ };

int output_files_init(struct output_files *files, const char *path, uint64_t keep)
{
    const char *file = system_base(path);
    const char *dot = strrchr(file, '.');
    size_t base = dot == NULL || dot == file ? strlen(path) : (size_t)(dot - path);

    *files = (struct output_files){.room = keep == 0 ? 0 : keep + 1};
    if (strlen(path + base) >= sizeof files->extension || base >= sizeof files->base - 64)
        return -ENAMETOOLONG;
    memcpy(files->base, path, base);
    snprintf(files->extension, sizeof files->extension, "%s", path + base);
    if (files->room > 0) {
        files->made = calloc(files->room, sizeof *files->made);
        if (files->made == NULL)
            return -ENOMEM;
    }
    return 0;
}

void output_files_free(struct output_files *files)
{
    for (uint64_t i = 0; files->made != NULL && i < files->room; i++)
        free(files->made[i].name);
    free(files->made);
    files->made = NULL;
}

/* What was not removed by now never will be. */
static void note(struct output_files *files, int fd)
{
    struct stat status;

    if (files->made == NULL)
        return;
    struct made_file *made = &files->made[files->count % files->room];
    free(made->name);
    made->name = fstat(fd, &status) == 0 ? strdup(files->name) : NULL;
    made->device = status.st_dev;
    made->inode = status.st_ino;
}

int output_files_open(struct output_files *files)
{
    time_t now = time(NULL);
    struct tm local;
    char date[32], again[16] = "";
    int fd = -EEXIST;

    strftime(date, sizeof date, "%Y%m%d%H%M%S", localtime_r(&now, &local));
    for (int number = 1; fd == -EEXIST && number <= NAMES_MAX; number++) {
        if (number > 1)
            snprintf(again, sizeof again, "-%d", number);
        int length = snprintf(files->name, sizeof files->name, "%s_%05" PRIu64 "_%s%s%s",
                              files->base, files->count + 1, date, again, files->extension);
        if (length < 0 || (size_t)length >= sizeof files->name)
            return -ENAMETOOLONG;
        fd = system_open(files->name, SYSTEM_ANEW);
    }
    if (fd < 0)
        return fd;
    files->count++;
    note(files, fd);
    return fd;
}

int output_files_remove(struct output_files *files, uint64_t number, const char **name)
{
    struct stat status;

    if (files->made == NULL)
        return 0;
    struct made_file *made = &files->made[number % files->room];
    *name = made->name;
    if (made->name == NULL || stat(made->name, &status) != 0 || status.st_dev != made->device ||
        status.st_ino != made->inode)
        return 0;
    return unlink(made->name) == 0 || errno == ENOENT ? 0 : -errno;
}
