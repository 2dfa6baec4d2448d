#include "ssh_session.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* More than any chain of processes has: a loop must end, even if pids are reused meanwhile. */
enum { ANCESTORS_MAX = 4096 };

pid_t ssh_session_parent(const char *stat_text)
{
    /* "PID (COMM) STATE PPID ...": COMM may hold anything, parentheses and blanks too. */
    const char *at = strrchr(stat_text, ')');
    char *end = NULL;

    if (at == NULL || at[1] != ' ' || at[2] == '\0' || at[3] != ' ')
        return 0;
    long parent = strtol(at + 4, &end, 10);
    return *end == ' ' && parent > 0 && parent <= INT_MAX ? (pid_t)parent : 0;
}

static pid_t parent_of(pid_t pid)
{
    char path[64];
    char text[512]; /* up to PPid: 10 digits, 16 bytes of COMM, and what is between them */

    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    ssize_t length = read(fd, text, sizeof text - 1);
    close(fd);
    if (length <= 0)
        return 0;
    text[length] = '\0';
    return ssh_session_parent(text);
}

pid_t ssh_session_daemon(const char *directory)
{
    char path[PATH_MAX];
    struct stat daemon;
    struct stat ancestor;

    if (snprintf(path, sizeof path, "%s/diego-sshd", directory) >= (int)sizeof path ||
        lstat(path, &daemon) != 0 || !S_ISREG(daemon.st_mode))
        return 0;

    pid_t pid = getppid();
    for (int i = 0; pid > 0 && i < ANCESTORS_MAX; i++, pid = parent_of(pid)) {
        snprintf(path, sizeof path, "/proc/%d/exe", (int)pid);
        if (stat(path, &ancestor) == 0 && ancestor.st_dev == daemon.st_dev &&
            ancestor.st_ino == daemon.st_ino)
            return pid;
    }
    return 0;
}
