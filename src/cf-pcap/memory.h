/*
 * Memory, which the app's container has to share: what a user's filter may cost.
 */
#ifndef MEMORY_H
#define MEMORY_H

enum { MEMORY_MAX = 64 << 20 }; /* bytes of heap */

/*
 * Limits the heap of this process (RLIMIT_DATA, setrlimit(2); the ring is none of it), and offers
 * it to the kernel as the first process to be killed where the container's memory is used up
 * (oom_score_adj, proc(5)): a capture ends, and the app lives. To be called while the process is
 * permitted CAP_NET_RAW, or has no capability at all: for the time of this call it is dumpable,
 * since /proc lets no other process write its score, and no process without that capability can
 * attach to it then, ptrace(2). 0 or a negative errno; it goes on without what cannot be done.
 */
int memory_limit(void);

#endif
