/*
 * What the cf CLI is told about the plugin when it installs it: name, version, command, help.
 * Reference: type PluginMetadata in the plugin package of the cf CLI.
 *
 * The command has two names, `cf pcap` and `cf pcap-app`. The CLI does not install a plugin with a
 * command, or an alias, that it has itself or that another plugin has. So where there is a `pcap`,
 * the plugin goes by the second name alone; installed again without the other, it has both.
 */
#ifndef METADATA_H
#define METADATA_H

#include <stdbool.h>

#include "gob.h"

/* Makes the call CliRpcCmd.SetPluginMetadata; `taken`: there is a command `pcap`. */
void metadata_call(struct gob_writer *call, bool taken);

/* What `cf help pcap` says of this plugin's command, in its first lines. */
extern const char metadata_summary[];

/* Is that the command, by either name? */
bool metadata_is_command(const char *name);

#endif
