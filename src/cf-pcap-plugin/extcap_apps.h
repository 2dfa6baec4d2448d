/*
 * The apps of the targeted space, for the list in Wireshark's options of a capture.
 */
#ifndef EXTCAP_APPS_H
#define EXTCAP_APPS_H

#include <stddef.h>
#include <stdio.h>

/* The line of no app, a format with what is shown for it. */
#define EXTCAP_NO_APP "value {arg=1}{value=}{display=(%s)}{default=true}\n"

/* Asks Cloud Controller, through `cf`, and prints the answer; or in its place why there is none,
 * for Wireshark shows no message here. The exit status. */
int extcap_print_apps(void);

/*
 * /v3/apps?space_guids=GUID: prints a line of an extcap's configuration for each app, for the
 * argument of number 1. Names that the format cannot hold, which has no way to quote, are left out.
 * How many; -EBADMSG.
 */
int extcap_list_apps(FILE *to, const char *json, size_t length);

#endif
