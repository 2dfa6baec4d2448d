#include "addition.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "capability.h"
#include "pax.h"

static const struct {
    const char *name;
    unsigned mode;
} ours[ADDITIONS] = {{"cf-pcap", 0755}, {"cf-pcap.policy", 0644}};

static int open_file(struct addition *addition, struct failure *failure)
{
    struct stat status;

    addition->file = fopen(addition->path, "re");
    if (addition->file == NULL)
        return failed(failure, errno, "%s cannot be opened: %s", addition->path, strerror(errno));
    if (fstat(fileno(addition->file), &status) < 0)
        return failed(failure, errno, "%s: %s", addition->path, strerror(errno));
    if (!S_ISREG(status.st_mode) || status.st_size == 0)
        return failed(failure, EINVAL, "%s is not a file with content", addition->path);
    addition->size = (uint64_t)status.st_size;
    return 0;
}

int additions_open(struct addition additions[ADDITIONS], const char *tool, const char *policy,
                   struct failure *failure)
{
    unsigned char capability[CAPABILITY_SIZE];
    int status;

    memset(additions, 0, ADDITIONS * sizeof *additions);
    for (size_t i = 0; i < ADDITIONS; i++) {
        additions[i].name = ours[i].name;
        additions[i].mode = ours[i].mode;
        additions[i].path = i == 0 ? tool : policy;
        if ((status = open_file(&additions[i], failure)) < 0)
            return status;
    }
    if ((status = capability_of_file(tool, capability, failure)) < 0)
        return status;
    additions[0].record_size =
        pax_write(additions[0].record, ADDITION_RECORD_MAX, "SCHILY.xattr.security.capability",
                  capability, sizeof capability);
    return 0;
}

void additions_close(struct addition additions[ADDITIONS])
{
    for (size_t i = 0; i < ADDITIONS; i++)
        if (additions[i].file != NULL)
            fclose(additions[i].file);
}

/* The path that a name leads to: without "/" at its ends, with "." and ".." resolved. */
static void resolve(const char *name, char path[TAR_NAME_MAX + 1])
{
    size_t length = 0;

    while (*name != '\0') {
        size_t part = strcspn(name, "/");
        if (part == 2 && name[0] == '.' && name[1] == '.') {
            while (length > 0 && path[--length] != '/')
                ;
        } else if (part > 0 && !(part == 1 && name[0] == '.')) {
            if (length > 0)
                path[length++] = '/';
            memcpy(path + length, name, part);
            length += part;
        }
        name += part;
        name += strspn(name, "/");
    }
    path[length] = '\0';
}

const char *addition_named(const char *name)
{
    char path[TAR_NAME_MAX + 1];

    resolve(name, path);
    for (size_t i = 0; i < ADDITIONS; i++)
        if (strcmp(path, ours[i].name) == 0)
            return ours[i].name;
    return NULL;
}

static bool is_inside(const char *name)
{
    char path[TAR_NAME_MAX + 1];

    resolve(name, path);
    for (size_t i = 0; i < ADDITIONS; i++) {
        size_t length = strlen(ours[i].name);
        if (strncmp(path, ours[i].name, length) == 0 && path[length] == '/')
            return true;
    }
    return false;
}

int addition_replaces(const struct tar_reader *tar)
{
    const struct tar_member *member = &tar->member;
    size_t length = strlen(member->name);

    if (member->type == 'g')
        return 0;
    if (is_inside(member->name))
        return failed(tar->failure, EBADMSG, "%s holds %s: a directory where the tool is to be",
                      tar->what, member->name);
    if (addition_named(member->name) == NULL) {
        if (member->type == '1' && addition_named(member->link) != NULL)
            return failed(tar->failure, EBADMSG, "%s holds %s, a hard link to %s", tar->what,
                          member->name, member->link);
        return 0;
    }
    if (member->type == '5' || member->name[length - 1] == '/')
        return failed(tar->failure, EBADMSG, "%s holds %s: a directory where the tool is to be",
                      tar->what, member->name);
    return 1;
}
