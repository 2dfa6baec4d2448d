/*
 * Names for addresses in pcapng: of the app's bound services, as their host names resolve in the
 * container, and of the capture filter's hosts. Cloud Controller's list gives those of instances
 * (core_learn).
 *
 * Once the capture is announced, so that nothing of it is later for that, Cloud Controller is asked
 * for the services (the shell hands on nothing but host names), and then one instance what the
 * names resolve to, by a short `cf ssh` (command.h): all have the same name servers. Each is asked
 * once. What fails, or takes too long, is given up: the capture lacks these names, and --verbose
 * says so.
 *
 * What the container answers is not trusted: it has numbers for the names it was asked for, and
 * addresses. Where an instance has that address, its own name stays; and the container itself
 * (127.0.0.1) gets no name.
 */
#ifndef NAMING_H
#define NAMING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../hosts.h"

struct core;
struct core_action;

enum {
    NAMING_LIMIT = 30000, /* ms for each of the two answers */
    NAMING_ADDRESSES = 8, /* of a name */
    NAMING_BYTES = 4096,  /* of all of them in a file, which each file of a capture has */
    NAMING_COMMAND_SIZE = 8192,
};

struct naming {
    enum naming_state {
        NAMING_WAITS,
        NAMING_ASKS,     /* for the services */
        NAMING_CHOOSES,  /* an instance */
        NAMING_RESOLVES, /* in it */
        NAMING_OVER,
    } state;
    uint64_t since; /* ms: of ASKS, RESOLVES */
    struct hosts hosts;
    size_t resolved, bytes; /* names that have an address; what all take in a file */
    unsigned int index;     /* of the instance */
    char services[200];     /* why those of the services are not known; "": they are */
    char why[200];          /* likewise why nothing was resolved */
    bool told;
    char command[NAMING_COMMAND_SIZE];
};

/* What is to be done: an enum core_action_kind. */
int naming_next(struct core *core, struct core_action *action);

/* What became of it, in core->text, once; for --verbose. False: nothing is to be told. */
bool naming_tell(struct core *core);

#endif
