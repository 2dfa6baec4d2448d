/*
 * The one privilege of cf-pcap, CAP_NET_RAW, in three verbs around the one call that needs it. It
 * comes from the file capability cap_net_raw=p (permitted, not effective), so that the program
 * starts everywhere and can say why it may not capture. An app that runs as root has it without
 * that. See capabilities(7). All return 0 or a negative errno, and print nothing.
 */
#ifndef PRIVILEGE_H
#define PRIVILEGE_H

#include <stdbool.h>

/*
 * Gives up every capability but this one (and CAP_SETPCAP if the process has it, for
 * privileges_drop_for_good), and empties the effective set, so that nothing effective is left while
 * the command line and files are read. Also makes the process not dumpable, so that no process of
 * the app's user can attach to it, see ptrace(2), even without a file capability.
 */
int privileges_limit(void);

/* Whether CAP_NET_RAW is permitted. */
bool privileges_permitted(void);

/* Makes CAP_NET_RAW effective. -EPERM if it is not permitted. */
int privileges_raise(void);

/*
 * Empties the permitted, effective, inheritable and ambient sets, and with CAP_SETPCAP the bounding
 * set, and sets no_new_privs, so that nothing brings a capability back. After an error the caller
 * must exit.
 */
int privileges_drop_for_good(void);

enum { PRIVILEGES_TEXT = 256 };

/* The sets and no_new_privs as a text, for --verbose. */
void privileges_describe(char text[PRIVILEGES_TEXT]);

#endif
