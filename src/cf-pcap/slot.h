/*
 * Limits the number of captures in a container. The kernel charges their rings to no cgroup
 * (packet_mmap's pages are outside of the memory cgroup), so without a limit an app could use up
 * the cell's memory, 8 MiB for each process.
 */
#ifndef SLOT_H
#define SLOT_H

enum { SLOTS = 16 };

/*
 * Takes one of the slots until the process ends. Slots are abstract UNIX addresses, unix(7), in the
 * container's own network namespace: they need no file, and SIGKILL leaves none behind. A process
 * that takes them in bad faith keeps captures out, but starts no more of them. 0, -EUSERS if all
 * are taken, or another negative errno.
 */
int slot_take(void);

#endif
