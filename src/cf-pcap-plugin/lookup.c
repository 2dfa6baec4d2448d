#include "lookup.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "advice.h"
#include "cf_answer.h"
#include "quote.h"

static int run(const struct cf *cf, const char *const *arguments, struct cf_result *result,
               char *error)
{
    int status = cf_run(result, cf, arguments);

    if (status == -ECANCELED) {
        snprintf(error, LOOKUP_ERROR_SIZE, "cf has ended, and so the capture is not started.");
        return -1;
    }
    if (status == -EINTR) {
        snprintf(error, LOOKUP_ERROR_SIZE, "Stopped: the capture is not started.");
        return -1;
    }
    if (status != 0) {
        char reason[256];

        advice_not_started(reason, sizeof reason, status);
        snprintf(error, LOOKUP_ERROR_SIZE, "Cannot run the cf CLI (%.700s): %s", cf->path, reason);
        return -1;
    }
    if (result->status == 0)
        return 0;
    cf_answer_failure(error, LOOKUP_ERROR_SIZE, result->err.text);
    if (error[0] == '\0')
        snprintf(error, LOOKUP_ERROR_SIZE, "cf ended with status %d and gave no reason",
                 result->status);
    return -1;
}

int lookup_guid(const struct cf *cf, const char *app, char guid[CF_GUID_SIZE], char *error)
{
    const char *const arguments[] = {"app", app, "--guid", NULL};
    struct cf_result result;
    int status = run(cf, arguments, &result, error);

    if (status == 0 && cf_answer_guid(guid, result.out.text) != 0) {
        snprintf(error, LOOKUP_ERROR_SIZE, "cf app %s --guid did not print a GUID", app);
        status = -1;
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

void lookup_process_path(char *path, size_t size, const char *guid, const char *type)
{
    char encoded[512];

    percent_encode(encoded, sizeof encoded, type);
    /* No slash before it: on Windows the CLI takes what begins with one for an option. */
    snprintf(path, size, "v3/apps/%s/processes/%s", guid, encoded);
}

int lookup_instances(const struct cf *cf, const char *guid, const char *type,
                     struct instances *instances, char *error)
{
    char path[1024], detail[LOOKUP_ERROR_SIZE / 2] = "";
    const char *const arguments[] = {"curl", path, NULL};
    struct cf_result result;

    lookup_process_path(path, sizeof path, guid, type);
    snprintf(path + strlen(path), sizeof path - strlen(path), "/stats");
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
    int enabled = -EIO;

    snprintf(path, sizeof path, "v3/apps/%s/ssh_enabled", guid);
    if (run(cf, arguments, &result, error) == 0)
        enabled = cf_answer_ssh_enabled(reason, size, result.out.text, result.out.length);
    cf_result_free(&result);
    return enabled;
}
