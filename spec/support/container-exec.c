/*
 * Runs a process in a container as Garden does, and stays as its stand-in outside.
 *
 *     container-exec PIDFILE runc exec --detach --pid-file PIDFILE …
 *
 * With --detach the process has this program's own stdin, stdout and stderr, not pipes that runc
 * copies; its parent is outside the container (PPid 0 in there), and becomes this program when runc
 * is gone. SIGINT, SIGTERM and SIGHUP are handed on. Ends with the process's status, 128 + N after
 * signal N; with runc's own status if that could not start it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t process;

static void hand_on(int signo)
{
    kill(process, signo);
}

static pid_t read_pid(const char *path)
{
    int pid = -1;
    FILE *f = fopen(path, "r");
    if (f == NULL || fscanf(f, "%d", &pid) != 1) {
        perror(path);
        exit(125);
    }
    fclose(f);
    return pid;
}

/* The status as a shell would tell it. */
static int wait_for(pid_t pid)
{
    int status;
    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR) {
            perror("container-exec: waitpid");
            exit(125);
        }
    }
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: container-exec PIDFILE COMMAND...\n");
        return 125;
    }
    /* Nothing of the caller's but stdin, stdout and stderr: an end of a pipe would be held open. */
    syscall(SYS_close_range, 3U, ~0U, 0U);
    sigset_t ours, before;
    sigemptyset(&ours);
    sigaddset(&ours, SIGINT);
    sigaddset(&ours, SIGTERM);
    sigaddset(&ours, SIGHUP);
    sigprocmask(SIG_BLOCK, &ours, &before);
    prctl(PR_SET_CHILD_SUBREAPER, 1);

    pid_t runc = fork();
    if (runc == 0) {
        sigprocmask(SIG_SETMASK, &before, NULL);
        execvp(argv[2], argv + 2);
        perror(argv[2]);
        _exit(127);
    }
    int status = runc < 0 ? 125 : wait_for(runc);
    if (status != 0) {
        return status;
    }
    process = read_pid(argv[1]);
    /* The process alone shall hold its pipes open. */
    close(0);
    close(1);
    struct sigaction action = {.sa_handler = hand_on, .sa_flags = SA_RESTART};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return wait_for(process);
}
