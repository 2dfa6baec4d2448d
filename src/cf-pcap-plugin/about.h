/*
 * What a capture in pcapng tells of itself: of which app, where, with which words it was made, and
 * on which machine. No secret is in any of it.
 */
#ifndef ABOUT_H
#define ABOUT_H

#include "cf.h"
#include "options.h"

struct about {
    char hardware[128], os[256];
    char comment[4096]; /* lines: the app, its process, its space, the command */
};

/* `guid` is the app's; the words are those behind `cf`. Where they are is read in the CLI's
 * configuration. */
void about_make(struct about *about, const struct options *options, const char *guid,
                const struct cf *cf, int argc, char *const *argv);

#endif
