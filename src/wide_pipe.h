/*
 * A pipe as large as a block of the tool's ring, 256 KiB: with the usual 64 KiB (pipe(7)) writer
 * and reader take several turns for each block. Not larger: the kernel counts the pages of all
 * pipes of a user together, and the apps of a cell share a user. For Linux.
 */
#ifndef WIDE_PIPE_H
#define WIDE_PIPE_H

#include <fcntl.h>

enum { WIDE_PIPE_BYTES = 256 << 10 };

/* If the kernel refuses, or it is no pipe, nothing changes. */
static inline void wide_pipe(int fd)
{
    int size = fcntl(fd, F_GETPIPE_SZ);

    if (size >= 0 && size < WIDE_PIPE_BYTES)
        fcntl(fd, F_SETPIPE_SZ, WIDE_PIPE_BYTES);
}

#endif
