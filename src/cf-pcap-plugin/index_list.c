#include "index_list.h"

#include <stdio.h>

enum { RANGE_MAX = 32 /* bytes of ", 0-9999, ...", and some */ };

void index_list_begin(struct index_list *list, char *text, size_t size)
{
    *list = (struct index_list){.text = text, .size = size};
    text[0] = '\0';
}

void index_list_add(struct index_list *list, unsigned int index)
{
    char *at = list->text;

    if (list->count > 0 && index == list->last)
        return;
    if (list->count > 0 && index == list->last + 1) {
        list->last = index;
    } else {
        list->before = list->used;
        list->first = list->last = index;
    }
    list->count++;
    at += list->before;
    size_t room = list->size - list->before;
    if (room < RANGE_MAX) {
        snprintf(at, room, "%s...", list->before == 0 ? "" : ", ");
        return;
    }
    int length = snprintf(at, room, "%s%u", list->before == 0 ? "" : ", ", list->first);
    if (list->last != list->first)
        length += snprintf(at + length, room - (size_t)length, "%s%u",
                           list->last == list->first + 1 ? ", " : "-", list->last);
    list->used = list->before + (size_t)length;
}

const char *index_list_noun(const struct index_list *list)
{
    return list->count == 1 ? "instance" : "instances";
}
