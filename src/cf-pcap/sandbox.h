/*
 * Two seccomp filters, Documentation/userspace-api/seccomp_filter.rst: lists of the allowed system
 * calls. Any other call ends the process with SIGSYS. Both need no_new_privs, and return 0 or a
 * negative errno.
 */
#ifndef SANDBOX_H
#define SANDBOX_H

/*
 * For the parsing of the user's filter: allows what reading files, resolving names and installing
 * the filter need. No file can be opened for writing, and no memory becomes executable. From now on
 * the packet socket can only be read: not written to, duplicated or passed on. Descriptors above 2
 * must not be UNIX sockets that can send.
 */
int sandbox_narrow(int packet_socket);

/* For the capture: the same, without files, sockets and memory. */
int sandbox_enter(void);

#endif
