#include "instances.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yyjson.h>

#include "cf_answer.h"
#include "quote.h"

static int compare(const void *a, const void *b)
{
    unsigned int left = ((const struct listed_instance *)a)->index;
    unsigned int right = ((const struct listed_instance *)b)->index;

    return (left > right) - (left < right);
}

/* Older Cloud Controllers leave some out, and none is sure of an instance that does not run. */
static void read_text(char *text, size_t size, yyjson_val *value)
{
    *text = '\0';
    if (yyjson_is_str(value))
        quote_for_display(text, size, yyjson_get_str(value), yyjson_get_len(value));
}

static int read_list(struct instances *instances, yyjson_val *resources)
{
    size_t at, count;
    yyjson_val *item;

    instances->list = calloc(yyjson_arr_size(resources) + 1, sizeof *instances->list);
    if (instances->list == NULL)
        return -ENOMEM;
    yyjson_arr_foreach(resources, at, count, item)
    {
        yyjson_val *index = yyjson_obj_get(item, "index"), *state = yyjson_obj_get(item, "state");
        yyjson_val *uptime = yyjson_obj_get(item, "uptime");
        struct listed_instance *instance = &instances->list[instances->count];

        if (!yyjson_is_uint(index) || yyjson_get_uint(index) > INSTANCE_MAX ||
            !yyjson_is_str(state))
            return -EBADMSG;
        instance->index = (unsigned int)yyjson_get_uint(index);
        instance->uptime = yyjson_is_uint(uptime) ? yyjson_get_uint(uptime) : 0;
        read_text(instance->address, sizeof instance->address,
                  yyjson_obj_get(item, "instance_internal_ip"));
        read_text(instance->guid, sizeof instance->guid, yyjson_obj_get(item, "instance_guid"));
        instance->running = strcmp(yyjson_get_str(state), "RUNNING") == 0;
        quote_for_display(instance->state, sizeof instance->state, yyjson_get_str(state),
                          yyjson_get_len(state));
        instances->count++;
    }
    qsort(instances->list, instances->count, sizeof *instances->list, compare);
    return 0;
}

int instances_parse(struct instances *instances, const char *json, size_t length, char *error,
                    size_t error_size)
{
    yyjson_doc *document = yyjson_read(json, length, 0);
    yyjson_val *root = yyjson_doc_get_root(document);
    yyjson_val *resources = yyjson_obj_get(root, "resources");
    int result = -EBADMSG;

    *instances = (struct instances){.count = 0};
    if (yyjson_is_arr(resources))
        result = read_list(instances, resources);
    else if (cf_answer_error(root, error, error_size))
        result = -ENOENT;
    yyjson_doc_free(document);
    if (result != 0) {
        free(instances->list);
        *instances = (struct instances){.count = 0};
    }
    return result;
}

static bool exists(const struct instances *instances, unsigned int index)
{
    for (size_t i = 0; i < instances->count; i++)
        if (instances->list[i].index == index)
            return true;
    return false;
}

/* `running`: 1, 0, or -1 for all. */
static struct index_list describe(const struct instances *instances, int running, char *text,
                                  size_t size)
{
    struct index_list list;

    index_list_begin(&list, text, size);
    for (size_t i = 0; i < instances->count; i++)
        if (running < 0 || instances->list[i].running == (running == 1))
            index_list_add(&list, instances->list[i].index);
    return list;
}

struct index_list instances_describe(const struct instances *instances, bool running, char *text,
                                     size_t size)
{
    return describe(instances, running ? 1 : 0, text, size);
}

int instances_choose(struct instances *instances, const struct instance_range *ranges, size_t count,
                     char *error, size_t error_size)
{
    char list[256];
    size_t kept = 0;

    for (size_t i = 0; i < count; i++)
        for (unsigned int index = ranges[i].first; index <= ranges[i].last; index++) {
            if (exists(instances, index))
                continue;
            if (describe(instances, -1, list, sizeof list).count == 0)
                snprintf(error, error_size, "There is no instance %u: the process has none", index);
            else
                snprintf(error, error_size, "There is no instance %u; the indexes are: %s", index,
                         list);
            return -ENOENT;
        }
    for (size_t i = 0; i < instances->count; i++) {
        bool wanted = count == 0;

        for (size_t range = 0; range < count; range++)
            wanted |= instances->list[i].index >= ranges[range].first &&
                      instances->list[i].index <= ranges[range].last;
        if (wanted)
            instances->list[kept++] = instances->list[i];
    }
    instances->count = kept;
    return 0;
}

size_t instances_running(const struct instances *instances)
{
    size_t count = 0;

    for (size_t i = 0; i < instances->count; i++)
        count += instances->list[i].running;
    return count;
}
