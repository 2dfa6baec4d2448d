/*
 * The names that instances' addresses have in pcapng, as Cloud Controller lists them: the latest of
 * an address counts. A capture may go on for weeks, and each restart brings an address: of an
 * instance the latest NAMES_EACH are kept, for an app that is deployed has it twice.
 */
#ifndef NAMES_H
#define NAMES_H

#include <stddef.h>

#include "../instances.h"

struct core;

enum { NAMES_EACH = 2, NAMES_FIRST = 4 /* there is room for so many, at first */ };

/* Without memory it gets none. */
void names_learn(struct core *core, const struct listed_instance *listed);

#endif
