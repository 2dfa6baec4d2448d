/*
 * After a capture in which instances ended early: a container that ends and a connection that
 * breaks look alike from here, so Cloud Controller is asked what became of them.
 */
#ifndef AFTERMATH_H
#define AFTERMATH_H

#include "cf.h"
#include "console.h"
#include "core/core.h"
#include "options.h"

/* Says which of the instances that ended by themselves were restarted, and which do not run any
 * more; nothing, if there are none, or if Cloud Controller does not answer. */
void aftermath_tell(struct console *console, const struct cf *cf, const struct options *options,
                    const char *guid, const struct core *core);

/* Nothing at all was captured or saved: says that, and why, if Cloud Controller knows. */
void aftermath_of_nothing(struct console *console, const struct cf *cf,
                          const struct options *options, const char *guid, const struct core *core);

#endif
