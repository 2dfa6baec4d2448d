/*
 * Is the plugin to be installed by its second name alone (metadata.h)?
 */
#ifndef SECOND_NAME_H
#define SECOND_NAME_H

#include <stdbool.h>

/* Asks the CLI that installs the plugin whether there is a command `pcap` that is not this
 * plugin's; if so, says on stderr which name is left. */
bool second_name_alone(void);

#endif
