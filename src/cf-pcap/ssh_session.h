/*
 * Finds out whether this process is part of an SSH session of the app. cf-pcap runs only in those
 * (unless the operator's policy allows more), so that an app cannot capture unless a person has
 * logged in. Defence in depth, not a boundary: a user who controls the app's start command can
 * start the daemon, too (docs/security.md).
 */
#ifndef SSH_SESSION_H
#define SSH_SESSION_H

#include <sys/types.h>

/*
 * The pid of an ancestor of this process that runs DIRECTORY/diego-sshd, 0 if there is none. It
 * must be that file (device and inode), not another one of that name or content. Follows PPid of
 * /proc/PID/stat, proc(5), to the end.
 *
 * The kernel lets a process look at /proc/PID/exe of another one only if that one has no capability
 * that the caller lacks in its effective set (ptrace(2), "Ptrace access mode checking"). In an app
 * that runs as root the daemon has all of them, so call this before lowering capabilities.
 */
pid_t ssh_session_daemon(const char *directory);

/* The parent's pid in the text of /proc/PID/stat; 0 if there is none or the text is not of that
 * form. */
pid_t ssh_session_parent(const char *stat_text);

#endif
