/* What `cf` and tshark answer to the extcap, read. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <yyjson.h>

#include "extcap_apps.h"
#include "extcap_folder.h"

static bool can_be_listed(const char *name, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)name[i] < ' ' || name[i] == '{' || name[i] == '}' || name[i] == '\x7f')
            return false;
    return length > 0;
}

int extcap_list_apps(FILE *to, const char *json, size_t length)
{
    yyjson_doc *document = yyjson_read(json, length, 0);
    yyjson_val *resources = yyjson_obj_get(yyjson_doc_get_root(document), "resources"), *item;
    int listed = yyjson_is_arr(resources) ? 0 : -EBADMSG;
    size_t at, count;

    yyjson_arr_foreach(resources, at, count, item)
    {
        yyjson_val *name = yyjson_obj_get(item, "name");

        if (!yyjson_is_str(name) || !can_be_listed(yyjson_get_str(name), yyjson_get_len(name)))
            continue;
        fprintf(to, "value {arg=1}{value=%s}{display=%s}\n", yyjson_get_str(name),
                yyjson_get_str(name));
        listed++;
    }
    yyjson_doc_free(document);
    return listed;
}

void extcap_folders_add(struct extcap_folders *folders, const char *path, size_t length,
                        const char *below)
{
    if (folders->count == EXTCAP_FOLDERS_MAX || length == 0 || length + strlen(below) >= PATH_MAX)
        return;
    snprintf(folders->paths[folders->count++], PATH_MAX, "%.*s%s", (int)length, path, below);
}

/* The path behind this name, or NULL. */
static const char *line_of(const char *text, const char *label, size_t *length)
{
    for (const char *at = text; *at != '\0'; at += *at == '\n') {
        size_t line = strcspn(at, "\r\n");

        if (strncmp(at, label, strlen(label)) == 0 && at[strlen(label)] == ':') {
            const char *path = at + strlen(label) + 1;

            path += strspn(path, " \t");
            *length = path < at + line ? (size_t)(at + line - path) : 0;
            return path;
        }
        at += line + (at[line] == '\r');
    }
    return NULL;
}

void extcap_folders_read(struct extcap_folders *folders, const char *text)
{
    size_t length = 0;
    const char *path = line_of(text, "Personal Extcap path", &length);

    if (path != NULL) {
        extcap_folders_add(folders, path, length, "");
        return;
    }
    path = line_of(text, "Personal configuration", &length);
    if (path != NULL)
        extcap_folders_add(folders, path, length, "/extcap");
}
