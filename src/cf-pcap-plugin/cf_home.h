/*
 * A configuration of the cf CLI for the plugin's children: a copy of the user's, in a private
 * folder.
 *
 * `cf` reads its configuration when it begins and writes all of it when it ends, target included. A
 * capture takes minutes: with `cf target` or `cf logout` in another terminal meanwhile, the
 * children would put the old target, or the login, back at their end, and the user's next `cf
 * delete` would hit the wrong space.
 *
 * Tokens: a child whose access token has expired trades the refresh token for a new one. UAA gives
 * the same refresh token back (jwt.token.refresh.rotate is false by default): then the user's
 * configuration and the copy stay good both. Where UAA rotates, the old refresh token is void: then
 * the new tokens go from the one to the other (cf_home_sync), and nothing but the tokens. A `cf
 * ssh` that has run for hours puts the tokens of its beginning into the copy at its end: those are
 * known by being old, and are replaced.
 */
#ifndef CF_HOME_H
#define CF_HOME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "system/system.h"

struct cf_home {
    char source[PATH_MAX]; /* the user's config.json */
    char folder[PATH_MAX]; /* what CF_HOME is for the children; "": there is no copy */
    char *refresh_token;   /* what both had last; NULL: none */
    uint64_t *old_tokens;  /* hashes of those that they had before */
    size_t old_count;
    int guard; /* of system_guard; -1: there is none */
};

/*
 * Copies the configuration into a new folder (system_places), readable by its owner alone. A small
 * process of its own removes the folder once this process and all children that it started since
 * are gone, whatever they died of. 0; 0 without a copy, if the user has no configuration; or a
 * negative errno without a copy: then children can only use the user's own.
 */
int cf_home_make(struct cf_home *home);

/* Hands refreshed tokens on, from the copy to the user's configuration or the other way: to be
 * called when a child has ended, and before one is started. */
void cf_home_sync(struct cf_home *home);

/* Whether children that are started from now on let the folder live: not those that stay when this
 * process ends, and have nothing to do with `cf`. */
void cf_home_is_for_children(const struct cf_home *home, bool is);

/* Syncs, and removes the copy. No child may run any more, or it would make the folder anew. */
void cf_home_remove(struct cf_home *home);

#endif
