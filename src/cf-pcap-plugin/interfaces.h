/*
 * The network interfaces of a container that are captured: --interface eth0,lo.
 */
#ifndef INTERFACES_H
#define INTERFACES_H

#include <stdbool.h>
#include <stddef.h>

enum {
    INTERFACE_SIZE = 16, /* of a name, the NUL included: IFNAMSIZ of Linux, netdevice(7) */
    INTERFACES_MAX = 8,  /* at the same time: the tool allows 16 captures in a container */
};

struct interfaces {
    char names[INTERFACES_MAX][INTERFACE_SIZE]; /* none is there twice; "any" is alone */
    size_t count;
};

/* Adds those that `list` names, with commas between them; one that is there is not added again.
 * 0; -EINVAL: `error` says what is wrong with the list, in one line. */
int interfaces_add(struct interfaces *interfaces, const char *list, char *error, size_t size);

bool interfaces_have(const struct interfaces *interfaces, const char *name);

enum { INTERFACES_TEXT_SIZE = INTERFACES_MAX * (INTERFACE_SIZE + 4) };

/* "eth0", "eth0 and lo", "eth0, eth1 and lo", with `and` as the word before the last. */
const char *interfaces_text(char text[INTERFACES_TEXT_SIZE], const struct interfaces *interfaces,
                            const char *and);

#endif
