/*
 * Makes a running process do one system call, as an exploit in it would: attaches with ptrace(2)
 * and runs the `syscall` instruction that the process waits in with other registers. Its
 * arguments are those given, all others are 0. x86-64 only.
 *
 *     inject-syscall PID [--i386] NUMBER [ARGUMENT…]      up to three
 *
 * With --i386 it is a system call of 32-bit programs, which 64-bit ones can make, too: the
 * instruction becomes `int $0x80`, as long as itself.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/user.h>
#include <sys/wait.h>

enum { SYSCALL_INSTRUCTION = 0x050f, INT_80_INSTRUCTION = 0x80cd, TRIES = 100000 };

static void die(const char *what)
{
    perror(what);
    exit(1);
}

int main(int argc, char **argv)
{
    struct user_regs_struct regs, before;
    int status;
    bool i386 = argc > 2 && strcmp(argv[2], "--i386") == 0;
    char **number = argv + 2 + i386;

    argc -= i386;
    if (argc < 3) {
        fprintf(stderr, "usage: inject-syscall PID [--i386] NUMBER [ARGUMENT...]\n");
        return 2;
    }
    pid_t pid = atoi(argv[1]);
    if (ptrace(PTRACE_ATTACH, pid, NULL, NULL) != 0 || waitpid(pid, &status, __WALL) != pid)
        die("inject-syscall: attach");

    /* A process that waits stands right behind the instruction; otherwise go on until it does. */
    long code;
    for (int i = 0;; i++) {
        if (ptrace(PTRACE_GETREGS, pid, NULL, &regs) != 0)
            die("inject-syscall: registers");
        errno = 0;
        code = ptrace(PTRACE_PEEKTEXT, pid, (void *)(regs.rip - 2), NULL);
        if (errno == 0 && (code & 0xffff) == SYSCALL_INSTRUCTION)
            break;
        if (i == TRIES || ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL) != 0 ||
            waitpid(pid, &status, __WALL) != pid)
            die("inject-syscall: no system call comes");
    }
    before = regs;
    regs.rip -= 2;
    regs.rax = strtoull(number[0], NULL, 10);
    regs.orig_rax = (unsigned long long)-1; /* do not begin the interrupted call again */
    regs.rdi = regs.rbx = argc > 3 ? strtoull(number[1], NULL, 0) : 0;
    regs.rsi = regs.rcx = argc > 4 ? strtoull(number[2], NULL, 0) : 0;
    regs.rdx = argc > 5 ? strtoull(number[3], NULL, 0) : 0;
    if (i386 &&
        ptrace(PTRACE_POKETEXT, pid, (void *)regs.rip, (code & ~0xffffL) | INT_80_INSTRUCTION) != 0)
        die("inject-syscall: instruction");
    regs.r10 = regs.r8 = regs.r9 = 0;
    if (ptrace(PTRACE_SETREGS, pid, NULL, &regs) != 0)
        die("inject-syscall: registers");
    if (ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL) != 0 || waitpid(pid, &status, __WALL) != pid)
        die("inject-syscall: step");
    if (!WIFSTOPPED(status))
        return 0; /* the call has ended it */
    /* Where the process survives, it goes on with its own registers and the call's result. */
    if (ptrace(PTRACE_GETREGS, pid, NULL, &regs) != 0)
        die("inject-syscall: registers");
    before.rax = regs.rax;
    before.orig_rax = (unsigned long long)-1;
    if (ptrace(PTRACE_SETREGS, pid, NULL, &before) != 0)
        die("inject-syscall: registers");
    if (ptrace(PTRACE_DETACH, pid, NULL, NULL) != 0)
        die("inject-syscall: detach");
    return 0;
}
