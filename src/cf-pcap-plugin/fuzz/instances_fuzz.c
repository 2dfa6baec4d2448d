/* Cloud Controller's list of instances. */
#include <string.h>

#include "../../fuzz.h"
#include "instances.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct instances instances = {0};
    struct instance_range range = {0, 3};
    char error[200] = "";
    char text[40] = "";

    int result = instances_parse(&instances, (const char *)data, size, error, sizeof error);
    CLAIM(memchr(error, '\0', sizeof error) != NULL);
    if (result != 0)
        return 0;
    for (size_t i = 0; i < instances.count; i++)
        CLAIM(memchr(instances.list[i].state, '\0', sizeof instances.list[i].state) != NULL &&
              (i == 0 || instances.list[i - 1].index <= instances.list[i].index));
    instances_describe(&instances, true, text, sizeof text);
    CLAIM(strlen(text) < sizeof text);
    if (instances_choose(&instances, &range, 1, error, sizeof error) == 0)
        for (size_t i = 0; i < instances.count; i++)
            CLAIM(instances.list[i].index <= 3);
    CLAIM(instances_running(&instances) <= instances.count);
    free(instances.list);
    return 0;
}
