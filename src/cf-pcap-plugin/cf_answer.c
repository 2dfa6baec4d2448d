#include "cf_answer.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <yyjson.h>

#include "advice.h"
#include "options.h"
#include "quote.h"

int cf_answer_guid(char guid[CF_GUID_SIZE], const char *text)
{
    size_t length = strcspn(text, "\r\n");

    if (length == 0 || length >= CF_GUID_SIZE || strspn(text, "0123456789abcdefABCDEF-") != length)
        return -EBADMSG;
    memcpy(guid, text, length);
    guid[length] = '\0';
    return 0;
}

int cf_answer_ssh_enabled(char *reason, size_t size, const char *json, size_t length)
{
    yyjson_doc *document = yyjson_read(json, length, 0);
    yyjson_val *root = yyjson_doc_get_root(document);
    yyjson_val *enabled = yyjson_obj_get(root, "enabled");
    yyjson_val *text = yyjson_obj_get(root, "reason");
    int result = -EBADMSG;

    if (yyjson_is_bool(enabled))
        result = yyjson_get_bool(enabled) ? 1 : 0;
    if (yyjson_is_str(text) && yyjson_get_len(text) > 0) /* a list has a length, too */
        quote_for_display(reason, size, yyjson_get_str(text), yyjson_get_len(text));
    else
        snprintf(reason, size, "no reason given");
    yyjson_doc_free(document);
    return result;
}

bool cf_answer_error(yyjson_val *root, char *error, size_t size)
{
    yyjson_val *first = yyjson_arr_get_first(yyjson_obj_get(root, "errors"));
    yyjson_val *detail = yyjson_obj_get(first, "detail");

    if (first == NULL)
        return false;
    if (yyjson_is_str(detail))
        quote_for_display(error, size, yyjson_get_str(detail), yyjson_get_len(detail));
    else
        snprintf(error, size, "no reason given");
    return true;
}

static bool is_text(yyjson_val *value, const char *text)
{
    return yyjson_is_str(value) && strcmp(yyjson_get_str(value), text) == 0;
}

/* "web, worker": the types that there are. */
static void list_types(yyjson_val *processes, char *text, size_t size)
{
    size_t at, count, used = 0;
    yyjson_val *item;

    yyjson_arr_foreach(processes, at, count, item)
    {
        yyjson_val *type = yyjson_obj_get(item, "type");
        char shown[80];

        if (!yyjson_is_str(type) || used >= size)
            continue;
        quote_for_display(shown, sizeof shown, yyjson_get_str(type), yyjson_get_len(type));
        used += (size_t)snprintf(text + used, size - used, "%s%s", used == 0 ? "" : ", ", shown);
    }
    if (used == 0)
        snprintf(text, size, "none");
}

static int find_process(struct cf_process *process, const char *type, yyjson_val *processes)
{
    size_t at, count;
    yyjson_val *item;
    int result = -ENOENT;

    process->beside = 0;
    yyjson_arr_foreach(processes, at, count, item)
    {
        yyjson_val *guid = yyjson_obj_get(item, "guid");
        yyjson_val *instances = yyjson_obj_get(item, "instances");

        if (!is_text(yyjson_obj_get(item, "type"), type))
            continue;
        if (result == -ENOENT && !yyjson_is_str(guid))
            return -EBADMSG;
        if (result == -ENOENT)
            result = cf_answer_guid(process->guid, yyjson_get_str(guid));
        else if (yyjson_is_uint(instances) && yyjson_get_uint(instances) <= INSTANCE_MAX)
            process->beside += (unsigned int)yyjson_get_uint(instances);
        if (result == -EBADMSG)
            return result;
    }
    return result;
}

int cf_answer_process(struct cf_process *process, const char *type, const char *json, size_t length,
                      char *error, size_t size)
{
    yyjson_doc *document = yyjson_read(json, length, 0);
    yyjson_val *root = yyjson_doc_get_root(document);
    yyjson_val *processes = yyjson_obj_get(root, "resources");
    char types[256];
    int result = -EBADMSG;

    if (yyjson_is_arr(processes)) {
        result = find_process(process, type, processes);
        if (result == -ENOENT) {
            list_types(processes, types, sizeof types);
            snprintf(error, size, "the app has no such process; its processes: %s", types);
        }
    } else if (cf_answer_error(root, error, size)) {
        result = -ENOENT;
    }
    yyjson_doc_free(document);
    return result;
}

bool cf_answer_is_expired(const char *error)
{
    static const char *const words[] = {"log back in", "Not logged in",
                                        "Authentication has expired", "Invalid Auth Token"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strstr(error, words[i]) != NULL)
            return true;
    return false;
}

bool cf_answer_is_no_app(const char *error)
{
    const char *name = strstr(error, "App '");

    return name != NULL && strstr(name, "' not found") != NULL;
}

void cf_answer_failure(char *error, size_t size, const char *messages)
{
    char line[1024];
    size_t used = 0;

    for (const char *from = messages; *from != '\0' && used < sizeof line; from++) {
        bool begins = from == messages || from[-1] == '\n';
        size_t length = strcspn(from, "\n");

        if (begins && from[length] == '\n' && advice_is_noise(from, length)) {
            from += length;
            continue;
        }
        bool blank = strchr(" \t\r\n", *from) != NULL;

        if (!blank || (used > 0 && line[used - 1] != ' '))
            line[used++] = (char)(blank ? ' ' : *from);
    }
    while (used > 0 && line[used - 1] == ' ')
        used--;
    quote_for_display(error, size, line, used);
}
