/*
 * Attaches to a running process with ptrace(2), and lets each getsockopt(2) of it with this level
 * and option fail with EBADF, until the process ends. Prints a line once it is attached. For x86-64
 * and arm64.
 *
 *     fail-getsockopt PID LEVEL OPTION
 */
#include <elf.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

#include <linux/ptrace.h>

enum { NO_DESCRIPTOR = 1 << 30 };

/* The call has another first argument then. It is no other call, so a seccomp list still allows it.
 */
static void replace_descriptor(pid_t pid)
{
#if defined(__x86_64__)
    ptrace(PTRACE_POKEUSER, pid, (void *)offsetof(struct user_regs_struct, rdi),
           (void *)(long)NO_DESCRIPTOR);
#elif defined(__aarch64__)
    struct user_regs_struct regs;
    struct iovec part = {&regs, sizeof regs};

    ptrace(PTRACE_GETREGSET, pid, (void *)NT_PRSTATUS, &part);
    regs.regs[0] = NO_DESCRIPTOR;
    ptrace(PTRACE_SETREGSET, pid, (void *)NT_PRSTATUS, &part);
#else
#error "fail-getsockopt does not know the registers of this processor"
#endif
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: fail-getsockopt PID LEVEL OPTION\n");
        return 2;
    }

    pid_t pid = (pid_t)atol(argv[1]);
    unsigned long level = strtoul(argv[2], NULL, 10), option = strtoul(argv[3], NULL, 10);
    int status, signal = 0;

    if (ptrace(PTRACE_SEIZE, pid, NULL, (void *)(long)PTRACE_O_TRACESYSGOOD) != 0 ||
        ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) != 0) {
        perror("fail-getsockopt: ptrace");
        return 1;
    }
    puts("attached");
    fflush(stdout);
    while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
        struct ptrace_syscall_info info = {0};

        signal = 0;
        if (WSTOPSIG(status) == (SIGTRAP | 0x80)) {
            ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *)sizeof info, &info);
            if (info.op == PTRACE_SYSCALL_INFO_ENTRY && info.entry.nr == SYS_getsockopt &&
                info.entry.args[1] == level && info.entry.args[2] == option)
                replace_descriptor(pid);
        } else if (status >> 16 == 0) { /* not ptrace's own stop */
            signal = WSTOPSIG(status);
        }
        ptrace(PTRACE_SYSCALL, pid, NULL, (void *)(long)signal);
    }
    return 0;
}
