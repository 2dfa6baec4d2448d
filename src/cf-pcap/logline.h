/*
 * Tells an operator that captures run and ran: lines in the app's own log stream, which the
 * platform's users and log drains see with the app and the instance. Never packets, never waits,
 * never a reason for a capture to fail.
 *
 * Cloud Controller has Diego run the SSH daemon as a process of the app whose output goes to the
 * app's log (its recipe has no suppress_log_output for it); Garden makes that output a pipe, which
 * belongs to the process's user (containerd's shim makes it the container root's, runc's
 * fixStdioPermissions the process's). So a process of the same user may open it again, by
 * /proc/PID/fd/1 (proc(5); it takes PTRACE_MODE_READ_FSCREDS, ptrace(2)). That is no right that the
 * app's processes lack. It is no proof, either: whoever may write there may write anything, and who
 * starts a daemon of their own gives it another output.
 */
#ifndef LOGLINE_H
#define LOGLINE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { LOGLINE_MAX = 512 }; /* bytes of a line; below PIPE_BUF, so that lines are whole */

/*
 * Opens the output of a process, the SSH daemon, for writing. Only a pipe with a reader counts; an
 * own open file, so that its O_NONBLOCK is nobody else's. Returns a descriptor, or a negative
 * errno: -ENOTSUP for what is no pipe, -ENXIO for one that nobody reads, -EACCES where the pipe is
 * another user's.
 */
int logline_open(pid_t process);

/* Write a line to the descriptor; nothing where it is negative, or has no room. `id` tells captures
 * apart. */
void logline_started(int fd, pid_t id, const char *interface, uint32_t snaplen, const char *filter);
void logline_ended(int fd, pid_t id, uint64_t seconds, uint64_t captured, uint64_t dropped);

/* The text of these lines, with '\n' and '\0'; control characters and what is not ASCII are '?', a
 * long filter is cut. Returns its length. */
size_t logline_text_started(char line[LOGLINE_MAX], pid_t id, const char *interface,
                            uint32_t snaplen, const char *filter);
size_t logline_text_ended(char line[LOGLINE_MAX], pid_t id, uint64_t seconds, uint64_t captured,
                          uint64_t dropped);

#endif
