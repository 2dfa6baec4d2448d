#include "index_list.h"

#include <stdio.h>

enum { RANGE_MAX = 44 /* bytes of ", 0-9999 (2), ...", and some */ };

void index_list_begin(struct index_list *list, char *text, size_t size)
{
    *list = (struct index_list){.text = text, .size = size};
    text[0] = '\0';
}

void index_list_add(struct index_list *list, unsigned int index)
{
    index_list_add_copy(list, index, 1);
}

void index_list_add_copy(struct index_list *list, unsigned int index, unsigned int copy)
{
    bool is_like = list->count > 0 && copy == list->copy;
    char *at = list->text;

    if (is_like && index == list->last)
        return;
    if (is_like && index == list->last + 1) {
        list->last = index;
    } else {
        list->before = list->used;
        list->first = list->last = index;
        list->copy = copy;
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
                           list->last == list->first + 1 && copy == 1 ? ", " : "-", list->last);
    if (copy > 1)
        length += snprintf(at + length, room - (size_t)length, " (%u)", copy);
    list->used = list->before + (size_t)length;
}

bool index_list_same_last(const struct index_list *a, const struct index_list *b)
{
    return a->last == b->last && a->copy == b->copy;
}

const char *index_list_noun(const struct index_list *list)
{
    return list->count == 1 ? "instance" : "instances";
}
