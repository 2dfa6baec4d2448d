/*
 * What the cf CLI is told about the plugin when it installs it: name, version, command, help.
 * Reference: type PluginMetadata in the plugin package of the cf CLI.
 *
 * The command has two names, `cf pcap` and `cf pcap-app`: a command that is built into the CLI wins
 * over a plugin's of the same name, and a plugin with such a command cannot be installed. So where
 * the CLI has a `pcap` of its own, the plugin goes by the second name alone.
 */
#ifndef METADATA_H
#define METADATA_H

#include <stdbool.h>

#include "gob.h"

/* Makes the call CliRpcCmd.SetPluginMetadata; `taken`: the CLI has a command `pcap`. */
void metadata_call(struct gob_writer *call, bool taken);

/* Makes that call to the CLI at 127.0.0.1:port. 0, or 1 after one line on stderr. */
int metadata_send(const char *port, bool taken);

/* What `cf help pcap` says of this plugin's command, in its first lines. */
extern const char metadata_summary[];

/* Is that the command, by either name? */
bool metadata_is_command(const char *name);

#endif
