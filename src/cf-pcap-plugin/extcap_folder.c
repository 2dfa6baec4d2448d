#include "extcap_folder.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "cf.h"
#include "metadata.h"
#include "program.h"
#include "system/parent.h"
#include "system/system.h"

static const char name[] = "cf-pcap";

enum { PROGRAM_MAX = 16 * 1024 * 1024 /* bytes; this one has less than a megabyte */ };

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
    const char *chosen = getenv("WIRESHARK_EXTCAP_DIR");
    char home[PATH_MAX];

    *folders = (struct extcap_folders){.count = 0};
    if (chosen != NULL && *chosen != '\0') {
        extcap_folders_add(folders, chosen, strlen(chosen), "");
        return;
    }
    ask_tshark(folders);
    if (folders->count > 0 || system_extcap_home(home, sizeof home) != 0)
        return;
    for (size_t i = 0; system_extcap_folders[i] != NULL; i++)
        extcap_folders_add(folders, home, strlen(home), system_extcap_folders[i]);
}

/* The result of a request, which is over. */
static int done(uv_fs_t *request)
{
    int result = (int)request->result;

    uv_fs_req_cleanup(request);
    return result;
}

/* Those above it that cannot be made are there, or its own error tells. */
static int make_folders(const char *path)
{
    uv_fs_t request;
    char part[PATH_MAX];
    int result;

    for (size_t at = 1; at < strlen(path); at++) {
        if (path[at] != '/' && path[at] != '\\')
            continue;
        snprintf(part, sizeof part, "%.*s", (int)at, path);
        uv_fs_mkdir(NULL, &request, part, 0777, NULL);
        done(&request);
    }
    uv_fs_mkdir(NULL, &request, path, 0777, NULL);
    result = done(&request);
    return result == UV_EEXIST ? 0 : result;
}

/* Size in bytes, or a negative error. */
static int64_t size_of(const char *path)
{
    uv_fs_t request;
    int64_t size = uv_fs_lstat(NULL, &request, path, NULL) == 0 ? (int64_t)request.statbuf.st_size
                                                                : (int64_t)request.result;

    uv_fs_req_cleanup(&request);
    return size;
}

/* Is there in the file what each version of this program has in its constants? */
static bool is_copy(const char *path)
{
    size_t size = 0, length = strlen(metadata_summary);
    char *bytes = malloc(PROGRAM_MAX);
    FILE *file = fopen(path, "rb");
    bool is = false;

    if (bytes != NULL && file != NULL)
        size = fread(bytes, 1, PROGRAM_MAX, file);
    for (size_t at = 0; bytes != NULL && !is && at + length <= size; at++)
        is = memcmp(bytes + at, metadata_summary, length) == 0;
    if (file != NULL)
        fclose(file);
    free(bytes);
    return is;
}

/* What stands there was put there by this program: a link to one that is called like it, or a copy
 * of one, of another version perhaps. */
static bool is_ours(const char *path)
{
    uv_fs_t request;
    bool is = uv_fs_readlink(NULL, &request, path, NULL) == 0
                  ? strncmp(system_base(request.ptr), name, strlen(name)) == 0
                  : is_copy(path);

    uv_fs_req_cleanup(&request);
    return is;
}

static int remove_file(const char *path)
{
    uv_fs_t request;

    uv_fs_unlink(NULL, &request, path, NULL);
    return done(&request);
}

/* A copy, where links need a right that users do not have (Windows). */
static int link_or_copy(const char *program, const char *path, bool *copied)
{
    uv_fs_t request;

    uv_fs_symlink(NULL, &request, program, path, 0, NULL);
    *copied = done(&request) != 0 || size_of(path) < 0; /* Wine makes none, and says it has */
    if (!*copied)
        return 0;
    uv_fs_copyfile(NULL, &request, program, path, UV_FS_COPYFILE_EXCL, NULL);
    return done(&request);
}

static int in_folder(const char *folder, char path[PATH_MAX])
{
    return snprintf(path, PATH_MAX, "%s/%s%s", folder, name, system_program_ending) < PATH_MAX
               ? 0
               : UV_ENAMETOOLONG;
}

static int install(const char *folder, const char *program)
{
    char path[PATH_MAX];
    bool copied = false;
    int error = in_folder(folder, path);

    if (error == 0)
        error = make_folders(folder);
    if (error == 0 && size_of(path) >= 0) {
        if (!is_ours(path)) {
            fprintf(stderr, "Cannot install %s: something else is there; remove it first.\n", path);
            return 1;
        }
        error = remove_file(path);
    }
    if (error == 0)
        error = link_or_copy(program, path, &copied);
    if (error != 0) {
        fprintf(stderr, "Cannot install %s/%s: %s.\n", folder, name,
                strerror(-system_error(error)));
        return 1;
    }
    if (copied)
        printf("Installed %s, a copy of this version of the plugin.\n", path);
    else
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
                error != 0 ? strerror(-system_error(error))
                           : "there is no folder for it; HOME (on Windows APPDATA) is not set");
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
    int status = 0, error;

    find(&folders);
    for (size_t i = 0; i < folders.count; i++) {
        if (in_folder(folders.paths[i], path) != 0)
            continue;
        if (size_of(path) < 0) {
            printf("There is no %s.\n", path);
        } else if (!is_ours(path)) {
            fprintf(stderr, "%s is not removed: 'cf pcap --install-extcap' did not make it.\n",
                    path);
            status = 1;
        } else if ((error = remove_file(path)) != 0) {
            fprintf(stderr, "Cannot remove %s: %s.\n", path, strerror(-system_error(error)));
            status = 1;
        } else {
            printf("Removed %s.\n", path);
        }
    }
    return status;
}
