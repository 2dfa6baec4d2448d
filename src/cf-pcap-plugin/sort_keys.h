/*
 * `cf pcap --sort-keys FILE`: puts the TLS keys of a capture in front of its packets. Wireshark
 * uses a key only for packets that stand behind it, and one may have come later.
 */
#ifndef SORT_KEYS_H
#define SORT_KEYS_H

/* The exit status; says what was done, or why not. The file is replaced as a whole, or stays as it
 * is, also where no key stands behind a packet. */
int sort_keys(const char *path);

#endif
