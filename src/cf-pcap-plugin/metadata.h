/*
 * What the cf CLI is told about the plugin when it installs it: name, version, command, help.
 * Reference: type PluginMetadata in the plugin package of the cf CLI.
 */
#ifndef METADATA_H
#define METADATA_H

#include "gob.h"

/* Makes the call CliRpcCmd.SetPluginMetadata. */
void metadata_call(struct gob_writer *call);

/* Makes that call to the CLI at 127.0.0.1:port. 0, or 1 after one line on stderr. */
int metadata_send(const char *port);

#endif
