/*
 * Finds out why cf-pcap may not capture. Distinguishes the ways in which the file capability can
 * fail to arrive by what the kernel shows to an ordinary user: capabilities(7), "File capabilities"
 * and "Namespaced file capabilities"; no_new_privs: Documentation/userspace-api/no_new_privs.rst.
 */
#ifndef REASON_H
#define REASON_H

/* Prints one message with the first reason that applies, and what to do. Call it if
 * privileges_permitted() is false. */
void reason_print(void);

#endif
