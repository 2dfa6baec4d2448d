/*
 * Makes a running process do one system call, as an exploit in it would: attaches with ptrace(2)
 * and runs the `syscall` instruction that the process waits in with other registers. Its
 * arguments are those given, all others are 0. x86-64 only.
 *
 *     inject-syscall PID NUMBER [ARGUMENT…]      up to three
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/user.h>
#include <sys/wait.h>

enum { SYSCALL_INSTRUCTION = 0x050f, TRIES = 100000 };

static void die(const char *what)
{
    perror(what);
    exit(1);
}

int main(int argc, char **argv)
{
    struct user_regs_struct regs;
    int status;

    if (argc < 3) {
        fprintf(stderr, "usage: inject-syscall PID NUMBER [ARGUMENT...]\n");
        return 2;
    }
    pid_t pid = atoi(argv[1]);
    if (ptrace(PTRACE_ATTACH, pid, NULL, NULL) != 0 || waitpid(pid, &status, __WALL) != pid)
        die("inject-syscall: attach");

    /* A process that waits stands right behind the instruction; otherwise go on until it does. */
    for (int i = 0;; i++) {
        if (ptrace(PTRACE_GETREGS, pid, NULL, &regs) != 0)
            die("inject-syscall: registers");
        errno = 0;
        long code = ptrace(PTRACE_PEEKTEXT, pid, (void *)(regs.rip - 2), NULL);
        if (errno == 0 && (code & 0xffff) == SYSCALL_INSTRUCTION)
            break;
        if (i == TRIES || ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL) != 0 ||
            waitpid(pid, &status, __WALL) != pid)
            die("inject-syscall: no system call comes");
    }
    regs.rip -= 2;
    regs.rax = strtoull(argv[2], NULL, 10);
    regs.orig_rax = (unsigned long long)-1; /* do not begin the interrupted call again */
    regs.rdi = argc > 3 ? strtoull(argv[3], NULL, 0) : 0;
    regs.rsi = argc > 4 ? strtoull(argv[4], NULL, 0) : 0;
    regs.rdx = argc > 5 ? strtoull(argv[5], NULL, 0) : 0;
    regs.r10 = regs.r8 = regs.r9 = 0;
    if (ptrace(PTRACE_SETREGS, pid, NULL, &regs) != 0)
        die("inject-syscall: registers");
    if (ptrace(PTRACE_DETACH, pid, NULL, NULL) != 0)
        die("inject-syscall: detach");
    return 0;
}
