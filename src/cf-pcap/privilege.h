/*
 * The one privilege of cf-pcap, CAP_NET_RAW, in three verbs around the one call that needs it. It
 * comes from the file capability cap_net_raw=p (permitted, not effective), so that the program
 * starts everywhere and can say why it may not capture; an app that runs as root has it anyway.
 * See capabilities(7). All return 0 or a negative errno, and print nothing.
 */
#ifndef PRIVILEGE_H
#define PRIVILEGE_H

#include <stdbool.h>

/*
 * Gives up every capability but the one (and CAP_SETPCAP where it is there, which
 * privileges_drop_for_good needs) and uses none from now on: what reads the command line and files
 * runs with an empty effective set. Also: not dumpable, so that no process of the app's user
 * can attach to this one, see ptrace(2), also where no file capability has made it so.
 */
int privileges_limit(void);

/* Whether CAP_NET_RAW is there to be raised. */
bool privileges_permitted(void);

/* Makes CAP_NET_RAW effective. -EPERM if it is not permitted. */
int privileges_raise(void);

/*
 * Empties the permitted, effective, inheritable and ambient sets, the bounding set too where
 * CAP_SETPCAP allows it, and sets no_new_privs, so that nothing brings a capability back.
 * Whoever gets an error must exit.
 */
int privileges_drop_for_good(void);

enum { PRIVILEGES_TEXT = 256 };

/* The sets and no_new_privs as a text, for --verbose. */
void privileges_describe(char text[PRIVILEGES_TEXT]);

#endif
