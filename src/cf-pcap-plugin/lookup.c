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

void lookup_processes_path(char path[LOOKUP_PATH_SIZE], const char *guid)
{
    /* No slash before it: on Windows the CLI takes what begins with one for an option. */
    snprintf(path, LOOKUP_PATH_SIZE, "v3/apps/%s/processes", guid);
}

void lookup_stats_path(char path[LOOKUP_PATH_SIZE], const char *process)
{
    snprintf(path, LOOKUP_PATH_SIZE, "v3/processes/%s/stats", process);
}

/* What came is not what was asked for: `detail` says why, or nothing does. */
static int explain(const char *path, const char *type, const struct cf_result *result, int status,
                   const char *detail, char *error)
{
    char shown[100];

    if (status == -ENOENT)
        snprintf(error, LOOKUP_ERROR_SIZE, "Cannot list the instances of process '%s': %s", type,
                 detail);
    else if (status != 0)
        snprintf(error, LOOKUP_ERROR_SIZE, "cf curl %s printed something else than %s: %s", path,
                 strstr(path, "/stats") == NULL ? "processes" : "instances",
                 quote_for_display(shown, sizeof shown, result->out.text, result->out.length));
    return status == 0 ? 0 : -1;
}

static int find_process(const struct cf *cf, const char *guid, const char *type,
                        struct cf_process *process, char *error)
{
    char path[LOOKUP_PATH_SIZE], detail[LOOKUP_ERROR_SIZE / 2] = "";
    const char *const arguments[] = {"curl", path, NULL};
    struct cf_result result;

    lookup_processes_path(path, guid);
    int status = run(cf, arguments, &result, error);
    if (status == 0)
        status = explain(path, type, &result,
                         cf_answer_process(process, type, result.out.text, result.out.length,
                                           detail, sizeof detail),
                         detail, error);
    cf_result_free(&result);
    return status;
}

int lookup_instances(const struct cf *cf, const char *guid, const char *type,
                     struct instances *instances, char *error)
{
    char path[LOOKUP_PATH_SIZE], detail[LOOKUP_ERROR_SIZE / 2] = "";
    const char *const arguments[] = {"curl", path, NULL};
    struct cf_process process;
    struct cf_result result;

    if (find_process(cf, guid, type, &process, error) != 0)
        return -1;
    lookup_stats_path(path, process.guid);
    int status = run(cf, arguments, &result, error);
    if (status == 0)
        status = explain(
            path, type, &result,
            instances_parse(instances, result.out.text, result.out.length, detail, sizeof detail),
            detail, error);
    if (status == 0)
        instances->beside = process.beside;
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
