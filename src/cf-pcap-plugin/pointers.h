/*
 * Pointers by number, as many as there turn out to be.
 */
#ifndef POINTERS_H
#define POINTERS_H

#include <stddef.h>

struct pointers {
    void **at; /* NULL each, until it is set; free the array with free(3) */
    size_t room;
};

/* Makes room for the numbers below `count`, at least. 0, or -ENOMEM: it is as before. */
int pointers_make_room(struct pointers *pointers, size_t count);

#endif
