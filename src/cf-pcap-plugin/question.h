/*
 * A capture on many instances is many logins and much data: what will be captured is shown first.
 */
#ifndef QUESTION_H
#define QUESTION_H

#include <stdbool.h>

#include "console.h"
#include "instances.h"
#include "options.h"

/* Asks, if there are more than 20 instances, on a terminal, and no --yes. May it go on? */
bool question_ask(struct console *console, const struct options *options,
                  const struct instances *instances);

#endif
