/*
 * The answer to `cf install-plugin`.
 */
#ifndef INSTALL_H
#define INSTALL_H

/*
 * Tells the CLI that listens at this port what the plugin can do. Where the CLI, or another plugin,
 * has a command `pcap` already, the plugin goes by its second name. Returns an exit status.
 */
int install(const char *port);

#endif
