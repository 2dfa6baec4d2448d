/*
 * A list of instances as people write it: "instance 4", "instances 0, 2-4", and where an index is
 * there more than once, because the app is being deployed, "instances 0-3, 0 (2)".
 */
#ifndef INDEX_LIST_H
#define INDEX_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct index_list {
    char *text; /* the caller's, of `size` bytes: "0, 2-4" once all were added; cut with "..." */
    size_t size, used, before; /* before: where the last range in it begins */
    unsigned int first, last;  /* of that range */
    unsigned int copy;         /* of all in it: from 1, which is not written */
    size_t count;              /* of all that were added */
};

/* `size` is 16 at least. */
void index_list_begin(struct index_list *list, char *text, size_t size);

/* In ascending order; the one that was added last is not added again. */
void index_list_add(struct index_list *list, unsigned int index);

/* The same of instances of which there are several with one index. */
void index_list_add_copy(struct index_list *list, unsigned int index, unsigned int copy);

/* Is what was added last the same? */
bool index_list_same_last(const struct index_list *a, const struct index_list *b);

/* "instance" or "instances". */
const char *index_list_noun(const struct index_list *list);

#endif
