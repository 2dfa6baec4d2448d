#include "cf_answer.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <yyjson.h>

#include "advice.h"
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

int cf_answer_process(char guid[CF_GUID_SIZE], const char *json, size_t length, char *error,
                      size_t size)
{
    yyjson_doc *document = yyjson_read(json, length, 0);
    yyjson_val *root = yyjson_doc_get_root(document);
    yyjson_val *text = yyjson_obj_get(root, "guid");
    yyjson_val *first = yyjson_arr_get_first(yyjson_obj_get(root, "errors"));
    yyjson_val *detail = yyjson_obj_get(first, "detail");
    int result = -EBADMSG;

    if (yyjson_is_str(text)) {
        result = cf_answer_guid(guid, yyjson_get_str(text));
    } else if (first != NULL) {
        result = -ENOENT;
        snprintf(error, size, "no reason given");
        if (yyjson_is_str(detail))
            quote_for_display(error, size, yyjson_get_str(detail), yyjson_get_len(detail));
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
