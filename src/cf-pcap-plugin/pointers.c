#include "pointers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { MORE = 16 /* so that it does not grow with every number */ };

int pointers_make_room(struct pointers *pointers, size_t count)
{
    size_t room = count + MORE;

    if (count <= pointers->room)
        return 0;
    void *at = realloc((void *)pointers->at, room * sizeof(void *));
    if (at == NULL)
        return -ENOMEM;
    pointers->at = at;
    memset(pointers->at + pointers->room, 0, (room - pointers->room) * sizeof(void *));
    pointers->room = room;
    return 0;
}
