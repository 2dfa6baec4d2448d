#include "extcap_folder.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include "cf.h"
#include "program.h"
#include "system/parent.h"

static const char name[] = "cf-pcap";

/* cf_run runs any program that is named in struct cf. */
static void ask_tshark(struct extcap_folders *folders)
{
    static const char *const arguments[] = {"-G", "folders", NULL};
    struct cf tshark = {.environment = NULL};
    struct cf_home home = {.guard = -1};
    struct cf_result result = {.status = -1};
    struct parent parent;

    parent_begin(&parent);
    tshark.parent = &parent;
    tshark.home = &home;
    if (program_find("tshark", tshark.path, sizeof tshark.path) == 0 &&
        cf_run(&result, &tshark, arguments) == 0)
        extcap_folders_read(folders, result.out.text);
    cf_result_free(&result);
}

static void find(struct extcap_folders *folders)
{
    const char *chosen = getenv("WIRESHARK_EXTCAP_DIR"), *home = getenv("HOME");

    *folders = (struct extcap_folders){.count = 0};
    if (chosen != NULL && *chosen != '\0') {
        extcap_folders_add(folders, chosen, strlen(chosen), "");
        return;
    }
    ask_tshark(folders);
    if (folders->count > 0 || home == NULL)
        return;
    extcap_folders_add(folders, home, strlen(home), "/.local/lib/wireshark/extcap");
    extcap_folders_add(folders, home, strlen(home), "/.config/wireshark/extcap");
}

static int make_folders(const char *path)
{
    char part[PATH_MAX];

    for (size_t at = 1; at < strlen(path); at++) {
        if (path[at] != '/')
            continue;
        snprintf(part, sizeof part, "%.*s", (int)at, path);
        if (mkdir(part, 0777) != 0 && errno != EEXIST && errno != EISDIR)
            return -errno;
    }
    return mkdir(path, 0777) == 0 || errno == EEXIST ? 0 : -errno;
}

/* What stands there was put there by this program: a link to one that is called like it. */
static bool is_ours(const char *path)
{
    char target[PATH_MAX];
    ssize_t length = readlink(path, target, sizeof target - 1);

    if (length < 0)
        return false;
    target[length] = '\0';
    const char *slash = strrchr(target, '/');
    return strncmp(slash == NULL ? target : slash + 1, name, strlen(name)) == 0;
}

static int in_folder(const char *folder, char path[PATH_MAX])
{
    return snprintf(path, PATH_MAX, "%s/%s", folder, name) < PATH_MAX ? 0 : -ENAMETOOLONG;
}

static int install(const char *folder, const char *program)
{
    char path[PATH_MAX];
    struct stat status;
    int error = in_folder(folder, path);

    if (error == 0)
        error = make_folders(folder);
    if (error == 0 && lstat(path, &status) == 0) {
        if (!is_ours(path)) {
            fprintf(stderr, "Cannot install %s: something else is there; remove it first.\n", path);
            return 1;
        }
        unlink(path);
    }
    if (error == 0 && symlink(program, path) != 0)
        error = -errno;
    if (error != 0) {
        fprintf(stderr, "Cannot install %s/%s: %s.\n", folder, name, strerror(-error));
        return 1;
    }
    printf("Installed %s -> %s\n", path, program);
    return 0;
}

int extcap_install(void)
{
    static struct extcap_folders folders;
    char program[PATH_MAX];
    size_t size = sizeof program;
    int error = uv_exepath(program, &size), status = 0;

    find(&folders);
    if (error != 0 || folders.count == 0) {
        fprintf(stderr, "Cannot install the extcap: %s.\n",
                error != 0 ? strerror(-error) : "there is no folder for it; HOME is not set");
        return 1;
    }
    for (size_t i = 0; i < folders.count; i++)
        status |= install(folders.paths[i], program);
    if (status == 0)
        printf("Wireshark lists the interface 'Cloud Foundry app' once it is started again.\n");
    return status;
}

int extcap_remove(void)
{
    static struct extcap_folders folders;
    char path[PATH_MAX];
    struct stat found;
    int status = 0;

    find(&folders);
    for (size_t i = 0; i < folders.count; i++) {
        if (in_folder(folders.paths[i], path) != 0)
            continue;
        if (lstat(path, &found) != 0) {
            printf("There is no %s.\n", path);
        } else if (!is_ours(path)) {
            fprintf(stderr, "%s is not removed: 'cf pcap --install-extcap' did not make it.\n",
                    path);
            status = 1;
        } else if (unlink(path) != 0) {
            fprintf(stderr, "Cannot remove %s: %s.\n", path, strerror(errno));
            status = 1;
        } else {
            printf("Removed %s.\n", path);
        }
    }
    return status;
}
