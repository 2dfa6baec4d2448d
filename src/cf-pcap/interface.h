/*
 * Which interfaces cf-pcap captures on: those of its network namespace, by their exact names, and
 * libpcap's pseudo-interface "any". libpcap itself would open more (files, other kinds of devices).
 */
#ifndef INTERFACE_H
#define INTERFACE_H

/* 0 if `name` may be opened; else -ENODEV or another negative errno, after a message that lists the
 * interfaces. */
int interface_check(const char *name);

#endif
