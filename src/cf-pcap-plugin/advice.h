/*
 * What to do about errors, and silence, that do not say it themselves.
 */
#ifndef ADVICE_H
#define ADVICE_H

#include <stdbool.h>
#include <stddef.h>

#include "interfaces.h"

/*
 * Why a program could not be started: the system's word for the negative errno `error`, and for its
 * limit of open files how to raise that. One line without an end, in `text` (size bytes).
 */
void advice_not_started(char *text, size_t size, int error);

/*
 * What to add to the CLI's word for an SSH connection that failed: "", or "; ...". `http_proxy`:
 * the environment names an HTTP proxy; `all_proxy`: it names one in all_proxy or ALL_PROXY, the
 * only one that the CLI uses for SSH (golang.org/x/net/proxy: SOCKS5 alone). Where a container has
 * no SSH daemon, because SSH was disabled when the app was started, ssh-proxy ends the session.
 */
const char *advice_for_ssh(const char *error, bool http_proxy, bool all_proxy);

/* A line of stderr that explains no failure: a shell that does not know a locale (`cf` may be a
 * script, and in the container there is one). */
bool advice_is_noise(const char *line, size_t length);

/* Does this process's environment name an HTTP proxy, and none in all_proxy or ALL_PROXY? */
bool advice_http_proxy_alone(void);

/*
 * For a capture that has no packet: that, and what is usual then. One line without an end, in
 * `text` (size bytes). `so_far`: it goes on. False: the line has no advice in it.
 */
bool advice_quiet(char *text, size_t size, const struct interfaces *interfaces, const char *filter,
                  bool so_far);

/*
 * What surprises people about this filter (NULL: none) on this interface, in one line: it matches
 * less than it seems to, or the capture has packets twice. NULL: nothing.
 */
const char *advice_filter(const struct interfaces *interfaces, const char *filter);

/* The app has two versions, of which `cf ssh` reaches one: two sentences' first. */
extern const char advice_deployed[];

#endif
