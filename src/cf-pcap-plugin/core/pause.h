/*
 * How long to wait before something is tried again. Each pause is a quarter shorter or longer, by
 * chance, so that not everybody comes back to a platform at the same moment.
 */
#ifndef PAUSE_H
#define PAUSE_H

#include <stdint.h>

struct core;

enum {
    PAUSE_MIN = 1000,  /* ms: the first; doubled each time */
    PAUSE_MAX = 30000, /* ms: no longer than this */
};

/* About so many ms. */
uint64_t pause_about(struct core *core, uint64_t ms);

/* After so many attempts, before 0; `most` ms. */
uint64_t pause_after(struct core *core, unsigned int attempts, uint64_t most);

#endif
