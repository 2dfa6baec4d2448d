/*
 * The names that addresses have in pcapng (core->about).
 */
#ifndef NAMES_H
#define NAMES_H

#include "core.h"

/* The name of an address; NULL: it has none. The latest counts. */
const char *names_of(const struct core *core, const char *address);

/* Adds one. 0 or -ENOMEM. */
int names_add(struct core *core, const struct writer_name *name);

/* The instance's own, if Cloud Controller knows its address. Without memory it gets none. */
void names_learn(struct core *core, const struct listed_instance *listed);

#endif
