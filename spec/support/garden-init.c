/*
 * The first process of a container made by container.bash: waits for ever, and leaves no zombies of
 * the processes that are handed to it. Static, for root filesystems that hold nothing at all.
 */
#include <signal.h>
#include <unistd.h>

int main(void)
{
    signal(SIGCHLD, SIG_IGN);
    for (;;) {
        pause();
    }
}
