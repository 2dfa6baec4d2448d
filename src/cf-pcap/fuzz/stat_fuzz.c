/* /proc/PID/stat, in which the name of the process may hold anything. */
#include <stdlib.h>
#include <string.h>

#include "../../fuzz.h"
#include "ssh_session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char name[64] = "";
    char text[256];
    char *copy = malloc(size + 1);

    memcpy(copy, data, size);
    copy[size] = '\0';
    CLAIM(ssh_session_parent(copy) >= 0);
    /* As a name, it does not change who the parent is. */
    snprintf(name, sizeof name, "%s", copy);
    snprintf(text, sizeof text, "12 (%s) S 34 5 6 0 -1", name);
    CLAIM(ssh_session_parent(text) == 34);
    free(copy);
    return 0;
}
