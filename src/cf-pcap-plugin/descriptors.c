#include "descriptors.h"

#include <stdlib.h>
#include <unistd.h>

bool descriptors_are_enough(size_t count)
{
    int *opened = malloc(count * sizeof *opened);
    size_t had = 0;

    if (opened == NULL)
        return false;
    while (had < count && (opened[had] = dup(STDIN_FILENO)) >= 0)
        had++;
    for (size_t i = 0; i < had; i++)
        close(opened[i]);
    free(opened);
    return had == count;
}
