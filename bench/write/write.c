/*
 * What it costs to write a capture, and nothing else: as many bytes at the same rate, from memory
 * that stays in the cache, in blocks as large as those of cf-pcap's ring.
 *
 *      write BYTES RATE COUNT
 *
 * BYTES: of a packet's record. RATE: records a second. COUNT: records. A pipe is widened as cf-pcap
 * does it. Prints nanoseconds of CPU time a record to stderr.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { BLOCK = 256 << 10, NS = 1000000000 };

static int write_all(const char *bytes, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t count = write(STDOUT_FILENO, bytes + done, size - done);

        if (count < 0)
            return -1;
        done += (size_t)count;
    }
    return 0;
}

int main(int argc, char **argv)
{
    static char block[BLOCK];
    struct timespec now, cpu, start;

    if (argc != 4)
        return 2;
    double size = atof(argv[1]), rate = atof(argv[2]), count = atof(argv[3]);
    memset(block, 'x', sizeof block);
    fcntl(STDOUT_FILENO, F_SETPIPE_SZ, BLOCK);
    clock_gettime(CLOCK_MONOTONIC, &now);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
    for (double left = size * count; left > 0; left -= BLOCK) {
        now.tv_nsec += (long)(BLOCK / size / rate * NS);
        now.tv_sec += now.tv_nsec / NS;
        now.tv_nsec %= NS;
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &now, NULL);
        if (write_all(block, left < BLOCK ? (size_t)left : BLOCK) != 0)
            return 1;
    }
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    fprintf(stderr, "%.0f\n",
            ((double)(cpu.tv_sec - start.tv_sec) * NS + (double)(cpu.tv_nsec - start.tv_nsec)) /
                count);
    return 0;
}
