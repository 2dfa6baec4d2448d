#include "interfaces.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

bool interfaces_have(const struct interfaces *interfaces, const char *name)
{
    for (size_t i = 0; i < interfaces->count; i++)
        if (strcmp(interfaces->names[i], name) == 0)
            return true;
    return false;
}

int interfaces_add(struct interfaces *interfaces, const char *list, char *error, size_t size)
{
    const char *at = list;
    char name[INTERFACE_SIZE];

    if (strpbrk(list, " \t\r\n") != NULL) {
        snprintf(error, size, "--interface '%s': no blank belongs between the names: eth0,lo",
                 list);
        return -EINVAL;
    }
    do {
        size_t length = strcspn(at, ",");

        if (length == 0) {
            snprintf(error, size,
                     "--interface %s: a name is missing beside a comma; several interfaces are "
                     "eth0,lo, without a blank",
                     list);
            return -EINVAL;
        }
        if (length >= sizeof name) {
            snprintf(error, size, "--interface %.*s: the name of an interface has at most %d bytes",
                     (int)length, at, INTERFACE_SIZE - 1);
            return -EINVAL;
        }
        memcpy(name, at, length);
        name[length] = '\0';
        at += length;
        if (interfaces_have(interfaces, name))
            continue;
        if (interfaces->count == INTERFACES_MAX) {
            snprintf(error, size, "--interface %s: at most %d interfaces are captured at once",
                     list, INTERFACES_MAX);
            return -EINVAL;
        }
        memcpy(interfaces->names[interfaces->count++], name, sizeof name);
    } while (*at++ == ',');
    if (interfaces->count > 1 && interfaces_have(interfaces, "any")) {
        snprintf(error, size,
                 "--interface any has the packets of all interfaces: with another one each would "
                 "be there twice; give any alone, or the others");
        return -EINVAL;
    }
    return 0;
}

const char *interfaces_text(char text[INTERFACES_TEXT_SIZE], const struct interfaces *interfaces,
                            const char *and)
{
    size_t used = 0;

    text[0] = '\0';
    for (size_t i = 0; i < interfaces->count; i++) {
        bool last = i + 1 == interfaces->count;

        used += (size_t)snprintf(text + used, INTERFACES_TEXT_SIZE - used, "%s%s%s%s",
                                 i == 0 ? ""
                                 : last ? " "
                                        : ", ",
                                 i > 0 && last ? and : "", i > 0 && last ? " " : "",
                                 interfaces->names[i]);
    }
    return text;
}
