#include "output_files.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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

static bool is_same_file(const struct system_identity *one, const struct system_identity *other)
{
    return one->device == other->device && one->file == other->file;
}

static bool is_unchanged(const struct system_identity *one, const struct system_identity *other)
{
    return is_same_file(one, other) && one->size == other->size && one->modified == other->modified;
}

void output_files_note(struct output_files *files, const struct system_identity *closed)
{
    if (files->made == NULL || files->count == 0)
        return;
    struct made_file *made = &files->made[files->count % files->room];
    free(made->name); /* what was not removed by now never will be */
    made->name = strdup(files->name);
    made->is_ours = closed != NULL && system_identity_at(files->name, &made->identity) == 0 &&
                    is_same_file(&made->identity, closed);
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
    return fd;
}

int output_files_remove(struct output_files *files, uint64_t number, const char **name)
{
    struct system_identity there;

    if (files->made == NULL)
        return 0;
    struct made_file *made = &files->made[number % files->room];
    *name = made->name;
    if (made->name == NULL)
        return OUTPUT_FILES_LEFT;
    if (system_identity_at(made->name, &there) != 0)
        return 0; /* others were first */
    if (!made->is_ours || !is_unchanged(&there, &made->identity))
        return OUTPUT_FILES_LEFT;
    int result = system_remove(made->name);
    return result == -ENOENT ? 0 : result;
}
