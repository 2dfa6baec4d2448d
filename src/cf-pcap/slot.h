/*
 * How many captures may run in one container. Their rings are memory of the cell that the kernel
 * charges to nobody (packet_mmap's pages are outside of the memory cgroup): without a limit an app
 * could use up the cell's memory, 8 MiB for each process.
 */
#ifndef SLOT_H
#define SLOT_H

enum { SLOTS = 16 };

/*
 * Takes one of the slots until the process ends. They are abstract UNIX addresses, unix(7), in the
 * container's own network namespace: no file, nothing left behind after SIGKILL, and whoever takes
 * them in bad faith keeps captures out, but starts no more of them. 0, -EUSERS if all are taken, or
 * another negative errno.
 */
int slot_take(void);

#endif
