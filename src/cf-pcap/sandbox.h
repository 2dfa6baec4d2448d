/*
 * Two seccomp filters, Documentation/userspace-api/seccomp_filter.rst: lists of the system calls
 * that are allowed. Any other ends the process with SIGSYS. Both need no_new_privs, and return 0 or
 * a negative errno.
 */
#ifndef SANDBOX_H
#define SANDBOX_H

/*
 * For the time in which the user's filter is parsed: what reading files, resolving names and
 * installing the filter need. No file is opened to be written, no memory becomes executable. The
 * packet socket can only be read from now on: not written to, not copied, not handed on.
 * Descriptors above 2 must not be UNIX sockets that can send.
 */
int sandbox_narrow(int packet_socket);

/* For the time in which packets are captured: that, without files, sockets and memory. */
int sandbox_enter(void);

#endif
