/*
 * Is this process part of an SSH session of the app? cf-pcap runs in none but those (unless the
 * operator's policy says otherwise), so that an app does not capture by itself without anybody
 * having been let in. Defence in depth, no boundary: whoever controls the app's start command
 * could start the daemon, too (docs/security.md).
 */
#ifndef SSH_SESSION_H
#define SSH_SESSION_H

#include <sys/types.h>

/*
 * The pid of an ancestor of this process that runs the file DIRECTORY/diego-sshd, 0 if there is
 * none: the very file (device and inode), not one of that name or content. Follows PPid of
 * /proc/PID/stat, proc(5), to the end.
 *
 * The kernel lets a process look at /proc/PID/exe of another only if that one has no capability
 * which the caller lacks in its effective set (ptrace(2), "Ptrace access mode checking"). In an app
 * that runs as root the daemon has all: so call this before capabilities are lowered.
 */
pid_t ssh_session_daemon(const char *directory);

/* The parent's pid in the text of /proc/PID/stat; 0 if there is none or the text is not of that
 * form. */
pid_t ssh_session_parent(const char *stat_text);

#endif
