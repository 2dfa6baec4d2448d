#include "session_list.h"

#include <stdio.h>
#include <string.h>

#include "core.h"

void session_list_begin(struct session_list *list, const struct core *core, size_t size)
{
    list->interfaces = &core->config.interfaces;
    list->count = 0;
    for (size_t i = 0; i < list->interfaces->count; i++)
        index_list_begin(&list->lists[i], list->texts[i],
                         size < SESSION_LIST_MAX ? size : SESSION_LIST_MAX);
}

void session_list_add(struct session_list *list, const struct instance *instance)
{
    index_list_add_copy(&list->lists[instance->interface], instance->index, instance->number);
    list->count++;
}

const char *session_list_text(struct session_list *list)
{
    bool same = true;
    size_t used = 0;

    for (size_t i = 1; i < list->interfaces->count; i++)
        same &= strcmp(list->texts[i], list->texts[0]) == 0;
    if (same)
        return list->texts[0];
    list->text[0] = '\0';
    for (size_t i = 0; i < list->interfaces->count && used < sizeof list->text; i++)
        if (list->texts[i][0] != '\0')
            used +=
                (size_t)snprintf(list->text + used, sizeof list->text - used, "%s%s on %s",
                                 used == 0 ? "" : ", ", list->texts[i], list->interfaces->names[i]);
    return list->text;
}

bool session_list_is_one(const struct session_list *list)
{
    const struct index_list *one = NULL;

    for (size_t i = 0; i < list->interfaces->count; i++) {
        const struct index_list *other = &list->lists[i];

        if (other->count > 1 ||
            (other->count == 1 && one != NULL && !index_list_same_last(one, other)))
            return false;
        if (other->count == 1)
            one = other;
    }
    return one != NULL;
}

const char *session_list_noun(const struct session_list *list)
{
    return session_list_is_one(list) ? "instance" : "instances";
}

const char *instance_name(char name[SESSION_NAME_SIZE], const struct instance *instance)
{
    int length = snprintf(name, SESSION_NAME_SIZE, "%u", instance->index);

    if (instance->number > 1)
        snprintf(name + length, SESSION_NAME_SIZE - (size_t)length, " (%u)", instance->number);
    return name;
}

const char *session_name(char name[SESSION_NAME_SIZE], const struct core *core,
                         const struct instance *instance)
{
    const struct interfaces *interfaces = &core->config.interfaces;
    size_t length = strlen(instance_name(name, instance));

    if (interfaces->count > 1)
        snprintf(name + length, SESSION_NAME_SIZE - length, " on %s",
                 interfaces->names[instance->interface]);
    return name;
}
