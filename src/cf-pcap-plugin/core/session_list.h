/*
 * A list of sessions as the user is told of them: by their instances, "0, 2-4, 0 (2)", as in pcapng
 * and in the summary; and where several interfaces are captured, and it is not the same for all of
 * them, "0, 2-4 on eth0, 3 on lo".
 */
#ifndef SESSION_LIST_H
#define SESSION_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "../index_list.h"
#include "../interfaces.h"

struct core;
struct instance;

enum { SESSION_LIST_MAX = 160 /* bytes for the instances of an interface, at most */ };

struct session_list {
    const struct interfaces *interfaces;
    struct index_list lists[INTERFACES_MAX];
    char texts[INTERFACES_MAX][SESSION_LIST_MAX];
    char text[512];
    size_t count; /* of all that were added */
};

/* `size`: bytes for the instances of an interface. */
void session_list_begin(struct session_list *list, const struct core *core, size_t size);

/* Of each interface in ascending order; second ones of an index may come behind all others. */
void session_list_add(struct session_list *list, const struct instance *instance);

/* The list's, valid until another is added. */
const char *session_list_text(struct session_list *list);

/* Are all of one instance? */
bool session_list_is_one(const struct session_list *list);

/* "instance" or "instances". */
const char *session_list_noun(const struct session_list *list);

enum { SESSION_NAME_SIZE = 48 };

/* One alone: "3", "3 (2)", and where several interfaces are captured "3 on lo". */
const char *session_name(char name[SESSION_NAME_SIZE], const struct core *core,
                         const struct instance *instance);

/* ... without the interface: what is of the container as a whole. */
const char *instance_name(char name[SESSION_NAME_SIZE], const struct instance *instance);

#endif
