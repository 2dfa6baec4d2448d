#include "descriptors.h"

#include <unistd.h>

bool descriptors_are_enough(void)
{
    int opened[DESCRIPTORS_NEEDED], count = 0;

    while (count < DESCRIPTORS_NEEDED && (opened[count] = dup(STDIN_FILENO)) >= 0)
        count++;
    for (int i = 0; i < count; i++)
        close(opened[i]);
    return count == DESCRIPTORS_NEEDED;
}
