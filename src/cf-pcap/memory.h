/*
 * Limits memory, which the capture shares with the app.
 */
#ifndef MEMORY_H
#define MEMORY_H

enum { MEMORY_MAX = 64 << 20 }; /* bytes of heap */

/*
 * Limits the heap of this process (RLIMIT_DATA, setrlimit(2); the ring does not count), and makes
 * it the first process that the kernel kills when the container's memory is used up (oom_score_adj,
 * proc(5)): the capture ends, and the app lives. Call it while the process is permitted
 * CAP_NET_RAW, or has no capability at all: it makes the process dumpable for a moment, because
 * /proc lets no other process write its score, and no process without that capability can attach to
 * it then, ptrace(2). 0 or a negative errno; does as much as it can.
 */
int memory_limit(void);

#endif
