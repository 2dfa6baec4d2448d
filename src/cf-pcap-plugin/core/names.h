/*
 * The names that addresses have in pcapng (core->about): of instances, as Cloud Controller lists
 * them, and of hosts (naming.h). The latest of an address counts. A capture may go on for weeks,
 * and each restart brings an address: of an instance the latest NAMES_EACH are kept, for an app
 * that is deployed has it twice; of hosts all, whose number is bounded.
 */
#ifndef NAMES_H
#define NAMES_H

#include "core.h"

enum { NAMES_EACH = 2, NAMES_FIRST = 4 /* there is room for so many, at first */ };

/* The name of an address; NULL: it has none. */
const char *names_of(const struct core *core, const char *address);

/* Adds one. 0 or -ENOMEM. */
int names_add(struct core *core, const struct writer_name *name);

/* The instance's own, if Cloud Controller knows its address. Without memory it gets none. */
void names_learn(struct core *core, const struct listed_instance *listed);

#endif
