#include "services.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <yyjson.h>

#include "quote.h"

enum {
    DEPTH_MAX = 8, /* of what is nested in credentials */
    KEY_MAX = 64,  /* bytes of a field's name */
};

static bool contains_one(const char *text, const char *const *words)
{
    for (; *words != NULL; words++)
        if (strstr(text, *words) != NULL)
            return true;
    return false;
}

/* Is it the name of a field that has hosts, and neither of one with a secret nor of a virtual host,
 * which is a name inside a broker? */
static bool is_key_of_hosts(yyjson_val *key)
{
    static const char *const wanted[] = {"host",   "uri",    "url",     "endpoint",
                                         "server", "broker", "address", NULL};
    static const char *const other[] = {"pass", "pwd",  "secret", "token",   "key",
                                        "cert", "user", "auth",   "cred",    "sign",
                                        "hash", "salt", "vhost",  "virtual", NULL};
    size_t length = yyjson_get_len(key);
    char name[KEY_MAX];

    if (!yyjson_is_str(key) || length >= sizeof name)
        return false;
    memcpy(name, yyjson_get_str(key), length + 1);
    for (char *at = name; *at != '\0'; at++)
        if (*at >= 'A' && *at <= 'Z')
            *at = (char)(*at - 'A' + 'a');
    return contains_one(name, wanted) && !contains_one(name, other);
}

/* A list or an object that is read; a list has the name of the field that it is in. */
struct level {
    bool is_list, has_hosts;
    yyjson_arr_iter list;
    yyjson_obj_iter object;
};

static bool enter(struct level *level, yyjson_val *value, bool has_hosts)
{
    level->is_list = yyjson_is_arr(value);
    level->has_hosts = has_hosts;
    return level->is_list ? yyjson_arr_iter_init(value, &level->list)
                          : yyjson_obj_iter_init(value, &level->object);
}

static yyjson_val *next(struct level *level, bool *has_hosts)
{
    *has_hosts = level->has_hosts;
    if (level->is_list)
        return yyjson_arr_iter_next(&level->list);
    yyjson_val *key = yyjson_obj_iter_next(&level->object);
    *has_hosts = is_key_of_hosts(key);
    return key == NULL ? NULL : yyjson_obj_iter_get_val(key);
}

static void read_credentials(struct hosts *hosts, yyjson_val *credentials)
{
    struct level levels[DEPTH_MAX];
    int depth = enter(&levels[0], credentials, false) ? 1 : 0;

    while (depth > 0) {
        bool has_hosts;
        yyjson_val *value = next(&levels[depth - 1], &has_hosts);

        if (value == NULL)
            depth--;
        else if (yyjson_is_str(value) && has_hosts)
            hosts_add_value(hosts, yyjson_get_str(value), yyjson_get_len(value));
        else if (depth < DEPTH_MAX && enter(&levels[depth], value, has_hosts))
            depth++;
    }
}

static int read_environment(struct hosts *hosts, yyjson_val *root, char *why, size_t size)
{
    yyjson_val *system = yyjson_obj_get(root, "system_env_json"), *key, *bindings, *binding;
    yyjson_val *detail =
        yyjson_obj_get(yyjson_arr_get_first(yyjson_obj_get(root, "errors")), "detail");
    size_t at, count, i, number;

    if (yyjson_is_str(detail)) {
        quote_for_display(why, size, yyjson_get_str(detail), yyjson_get_len(detail));
        return -EACCES;
    }
    if (!yyjson_is_obj(system))
        return -EBADMSG;
    yyjson_val *services = yyjson_obj_get(system, "VCAP_SERVICES");
    if (!yyjson_is_obj(services))
        return 0;
    yyjson_obj_foreach(services, at, count, key, bindings)
    {
        if (!yyjson_is_arr(bindings))
            continue;
        yyjson_arr_foreach(bindings, i, number, binding)
        {
            read_credentials(hosts, yyjson_obj_get(binding, "credentials"));
        }
    }
    return 0;
}

int services_hosts(struct hosts *hosts, const char *json, size_t length, char *why, size_t size)
{
    yyjson_doc *document = yyjson_read(json, length, 0);
    int result = read_environment(hosts, yyjson_doc_get_root(document), why, size);

    yyjson_doc_free(document);
    return result;
}
