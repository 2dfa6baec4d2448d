/*
 * Lines in the app's own log stream that show an operator that captures run. The platform's users
 * and log drains see them with the app and the instance. They hold no packets, never wait, and
 * never make a capture fail.
 *
 * Cloud Controller makes Diego run the SSH daemon as a process of the app whose output goes to the
 * app's log (its recipe has no suppress_log_output for it). Garden makes that output a pipe, which
 * belongs to the process's user (containerd's shim makes it the container root's, runc's
 * fixStdioPermissions the process's). So a process of the same user may open it again, by
 * /proc/PID/fd/1 (proc(5); it takes PTRACE_MODE_READ_FSCREDS, ptrace(2)). The app's processes have
 * that right anyway. The lines prove nothing: everyone who may write there may write anything, and
 * a user who starts a daemon can give it another output.
 */
#ifndef LOGLINE_H
#define LOGLINE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { LOGLINE_MAX = 512 }; /* bytes of a line; below PIPE_BUF, so that lines are whole */

/*
 * Opens the output of a process, the SSH daemon, for writing. It must be a pipe with a reader.
 * Opens it anew, so that O_NONBLOCK concerns no other process. Returns a descriptor, or a negative
 * errno: -ENOTSUP if it is not a pipe, -ENXIO if it has no reader, -EACCES if the pipe is another
 * user's.
 */
int logline_open(pid_t process);

/* Write a line to the descriptor, or nothing if it is negative or has no room. `id` distinguishes
 * captures. dropped: negative if it is not known. */
void logline_started(int fd, pid_t id, const char *interface, uint32_t snaplen, const char *filter);
void logline_ended(int fd, pid_t id, uint64_t seconds, uint64_t captured, int64_t dropped);

/* The text of these lines, with '\n' and '\0'. Control characters and bytes that are not ASCII
 * become '?', and a long filter is cut. Returns its length. */
size_t logline_text_started(char line[LOGLINE_MAX], pid_t id, const char *interface,
                            uint32_t snaplen, const char *filter);
size_t logline_text_ended(char line[LOGLINE_MAX], pid_t id, uint64_t seconds, uint64_t captured,
                          int64_t dropped);

#endif
