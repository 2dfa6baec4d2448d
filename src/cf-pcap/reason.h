/*
 * Why may cf-pcap not capture? The ways in which the file capability does not arrive, told apart
 * by what the kernel shows to an ordinary user: capabilities(7), "File capabilities" and
 * "Namespaced file capabilities"; no_new_privs: Documentation/userspace-api/no_new_privs.rst.
 */
#ifndef REASON_H
#define REASON_H

/* Prints one message that names the first reason that holds, and what to do about it. To be called
 * where privileges_permitted() is false. */
void reason_print(void);

#endif
