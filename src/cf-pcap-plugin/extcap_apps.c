#include "extcap_apps.h"

#include <string.h>
#include <yyjson.h>

#include "cf.h"
#include "cf_answer.h"
#include "cf_config.h"
#include "lookup.h"
#include "system/parent.h"

static int ask(const struct cf *cf, char *error)
{
    struct cf_config config = cf_config_read(cf->home->source);
    yyjson_val *space = yyjson_obj_get(yyjson_doc_get_root(config.parsed), "SpaceFields");
    const char *guid = yyjson_get_str(yyjson_obj_get(space, "GUID"));
    char path[256];
    const char *const arguments[] = {"curl", path, NULL};
    struct cf_result result = {.status = -1};
    int status = 0;

    error[0] = '\0';
    if (guid == NULL || *guid == '\0')
        snprintf(error, LOOKUP_ERROR_SIZE,
                 *cf_config_field(&config, "AccessToken") == '\0'
                     ? "Not logged in. Use 'cf login' to log in."
                     : "No space targeted. Use 'cf target -s SPACE' to target one.");
    else
        snprintf(path, sizeof path, "v3/apps?order_by=name&per_page=1000&space_guids=%.64s", guid);
    cf_config_free(&config);
    if (error[0] == '\0')
        status = cf_run(&result, cf, arguments);
    if (status != 0)
        snprintf(error, LOOKUP_ERROR_SIZE, "Cannot run the cf CLI (%.700s)", cf->path);
    else if (error[0] == '\0' && result.status != 0)
        cf_answer_failure(error, LOOKUP_ERROR_SIZE, result.err.text);
    else if (error[0] == '\0' && extcap_list_apps(stdout, result.out.text, result.out.length) < 0)
        snprintf(error, LOOKUP_ERROR_SIZE, "Cloud Controller did not list the apps.");
    cf_result_free(&result);
    return error[0] == '\0' ? 0 : 1;
}

int extcap_print_apps(void)
{
    char error[LOOKUP_ERROR_SIZE];
    struct parent parent;
    struct cf cf = {.environment = NULL};

    parent_begin(&parent);
    if (cf_find(&cf, &parent) != 0)
        return 1;
    if (ask(&cf, error) != 0) {
        for (char *at = error; *at != '\0'; at++) /* the format has no way to quote them */
            if (*at == '{' || *at == '}')
                *at = '\'';
        printf(EXTCAP_NO_APP, error);
    }
    cf_free(&cf);
    return 0;
}
