/*
 * After this call the process may do what capturing needs, and nothing else: a seccomp filter,
 * Documentation/userspace-api/seccomp_filter.rst. Any other system call ends it with SIGSYS.
 */
#ifndef SANDBOX_H
#define SANDBOX_H

/* Needs no_new_privs. 0 or a negative errno. */
int sandbox_enter(void);

#endif
