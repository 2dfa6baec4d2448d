#include "lookup.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <yyjson.h>

#include "quote.h"

/* The CLI's own words, on one line: without its FAILED, and without what it says in between. */
static void own_words(const struct cf_result *result, char *error)
{
    char line[LOOKUP_ERROR_SIZE];
    size_t used = 0;

    for (const char *from = result->err.text; *from != '\0' && used < sizeof line; from++) {
        bool blank = *from == '\n' || *from == '\r';

        if (!blank || (used > 0 && line[used - 1] != ' '))
            line[used++] = (char)(blank ? ' ' : *from);
    }
    while (used > 0 && line[used - 1] == ' ')
        used--;
    if (used == 0)
        snprintf(error, LOOKUP_ERROR_SIZE, "cf ended with status %d and gave no reason",
                 result->status);
    else
        quote_for_display(error, LOOKUP_ERROR_SIZE, line, used);
}

static int run(const struct cf *cf, const char *const *arguments, struct cf_result *result,
               char *error)
{
    int status = cf_run(result, cf, arguments);

    if (status != 0) {
        snprintf(error, LOOKUP_ERROR_SIZE, "Cannot run the cf CLI (%.800s): %s", cf->path,
                 strerror(-status));
        return -1;
    }
    if (result->status != 0) {
        own_words(result, error);
        return -1;
    }
    return 0;
}

int lookup_guid(const struct cf *cf, const char *app, char guid[LOOKUP_GUID_SIZE], char *error)
{
    const char *const arguments[] = {"app", app, "--guid", NULL};
    struct cf_result result;
    int status = run(cf, arguments, &result, error);

    if (status == 0) {
        size_t length = strcspn(result.out.text, "\r\n");

        /* It goes into a path: nothing but what a GUID is made of. */
        if (length == 0 || length >= LOOKUP_GUID_SIZE ||
            strspn(result.out.text, "0123456789abcdefABCDEF-") != length) {
            snprintf(error, LOOKUP_ERROR_SIZE, "cf app %s --guid did not print a GUID", app);
            status = -1;
        } else {
            memcpy(guid, result.out.text, length);
            guid[length] = '\0';
        }
    }
    cf_result_free(&result);
    return status;
}

/* A process type is the user's word, and becomes part of a path. */
static void percent_encode(char *to, size_t size, const char *from)
{
    size_t used = 0;

    for (; *from != '\0' && size - used > 4; from++) {
        if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~", *from))
            to[used++] = *from;
        else
            used += (size_t)snprintf(to + used, size - used, "%%%02X", (unsigned char)*from);
    }
    to[used] = '\0';
}

int lookup_instances(const struct cf *cf, const char *guid, const char *type,
                     struct instances *instances, char *error)
{
    char encoded[512], path[1024], detail[LOOKUP_ERROR_SIZE / 2] = "";
    const char *const arguments[] = {"curl", path, NULL};
    struct cf_result result;

    percent_encode(encoded, sizeof encoded, type);
    snprintf(path, sizeof path, "/v3/apps/%s/processes/%s/stats", guid, encoded);
    int status = run(cf, arguments, &result, error);
    if (status == 0) {
        switch (
            instances_parse(instances, result.out.text, result.out.length, detail, sizeof detail)) {
        case 0:
            break;
        case -ENOENT:
            snprintf(error, LOOKUP_ERROR_SIZE, "Cannot list the instances of process '%s': %s",
                     type, detail);
            status = -1;
            break;
        default:
            snprintf(error, LOOKUP_ERROR_SIZE,
                     "cf curl %.700s printed something else than instances: %s", path,
                     quote_for_display(detail, 100, result.out.text, result.out.length));
            status = -1;
        }
    }
    cf_result_free(&result);
    return status;
}

int lookup_ssh_enabled(const struct cf *cf, const char *guid, char *reason, size_t size)
{
    char path[128], error[LOOKUP_ERROR_SIZE];
    const char *const arguments[] = {"curl", path, NULL};
    struct cf_result result;
    int enabled = -1;

    snprintf(path, sizeof path, "/v3/apps/%s/ssh_enabled", guid);
    if (run(cf, arguments, &result, error) == 0) {
        yyjson_doc *document = yyjson_read(result.out.text, result.out.length, 0);
        yyjson_val *root = yyjson_doc_get_root(document);
        yyjson_val *text = yyjson_obj_get(root, "reason");

        if (yyjson_is_bool(yyjson_obj_get(root, "enabled")))
            enabled = yyjson_get_bool(yyjson_obj_get(root, "enabled")) ? 1 : 0;
        quote_for_display(reason, size, yyjson_is_str(text) ? yyjson_get_str(text) : "",
                          yyjson_get_len(text));
        yyjson_doc_free(document);
    }
    cf_result_free(&result);
    return enabled;
}
