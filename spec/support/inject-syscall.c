/*
 * Makes a running process do one system call, as an exploit in it would: attaches with ptrace(2)
 * and runs the instruction that the process waits in with other registers. Its arguments are those
 * given, all others are 0. For x86-64 and arm64.
 *
 *     inject-syscall PID [--i386] NUMBER [ARGUMENT…]      up to three
 *
 * With --i386 it is a system call of 32-bit programs, which 64-bit ones of x86-64 can make, too:
 * the instruction becomes `int $0x80`, as long as itself.
 */
#include <elf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

enum { TRIES = 100000 };

#if defined(__x86_64__)

enum { LENGTH = 2, INT_80_INSTRUCTION = 0x80cd };
static const unsigned long SYSCALL_INSTRUCTION = 0x050f, INSTRUCTION_BITS = 0xffff;

static unsigned long long *counter(struct user_regs_struct *regs)
{
    return &regs->rip;
}

static void set_call(struct user_regs_struct *regs, unsigned long long number,
                     const unsigned long long *arguments)
{
    regs->rax = number;
    regs->orig_rax = (unsigned long long)-1; /* do not begin the interrupted call again */
    regs->rdi = regs->rbx = arguments[0];
    regs->rsi = regs->rcx = arguments[1];
    regs->rdx = arguments[2];
    regs->r10 = regs->r8 = regs->r9 = 0;
}

static void take_result(struct user_regs_struct *to, const struct user_regs_struct *from)
{
    to->rax = from->rax;
    to->orig_rax = (unsigned long long)-1;
}

#elif defined(__aarch64__)

enum { LENGTH = 4, INT_80_INSTRUCTION = 0 };
static const unsigned long SYSCALL_INSTRUCTION = 0xd4000001, INSTRUCTION_BITS = 0xffffffff;

static unsigned long long *counter(struct user_regs_struct *regs)
{
    return &regs->pc;
}

static void set_call(struct user_regs_struct *regs, unsigned long long number,
                     const unsigned long long *arguments)
{
    regs->regs[8] = number;
    for (int i = 0; i < 6; i++)
        regs->regs[i] = i < 3 ? arguments[i] : 0;
}

static void take_result(struct user_regs_struct *to, const struct user_regs_struct *from)
{
    to->regs[0] = from->regs[0];
}

#endif

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static bool is_syscall(pid_t pid, unsigned long long address)
{
    errno = 0;
    unsigned long code = (unsigned long)ptrace(PTRACE_PEEKTEXT, pid, (void *)address, NULL);
    return errno == 0 && (code & INSTRUCTION_BITS) == SYSCALL_INSTRUCTION;
}

static void make_it_32_bit(pid_t pid, unsigned long long address)
{
    unsigned long code = (unsigned long)ptrace(PTRACE_PEEKTEXT, pid, (void *)address, NULL);
    code = (code & ~INSTRUCTION_BITS) | INT_80_INSTRUCTION;
    if (ptrace(PTRACE_POKETEXT, pid, (void *)address, code) != 0)
        die("inject-syscall: instruction");
}

int main(int argc, char **argv)
{
    struct user_regs_struct regs, before;
    struct iovec all = {.iov_base = &regs, .iov_len = sizeof regs};
    unsigned long long arguments[3] = {0};
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

    /* A process that waits stands right behind the instruction, or, on arm64, on it, if the kernel
     * would begin the call again; otherwise go on until it does. */
    for (int i = 0;; i++) {
        if (ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &all) != 0)
            die("inject-syscall: registers");
        if (is_syscall(pid, *counter(&regs) - LENGTH)) {
            *counter(&regs) -= LENGTH;
            break;
        }
        if (LENGTH == 4 && is_syscall(pid, *counter(&regs)))
            break;
        if (i == TRIES || ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL) != 0 ||
            waitpid(pid, &status, __WALL) != pid)
            die("inject-syscall: no system call comes");
    }
    before = regs;
    for (int i = 0; i < 3 && i + 3 < argc; i++)
        arguments[i] = strtoull(number[i + 1], NULL, 0);
    set_call(&regs, strtoull(number[0], NULL, 10), arguments);
    if (i386)
        make_it_32_bit(pid, *counter(&regs));
    if (ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &all) != 0)
        die("inject-syscall: registers");
    if (ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL) != 0 || waitpid(pid, &status, __WALL) != pid)
        die("inject-syscall: step");
    if (!WIFSTOPPED(status))
        return 0; /* the call has ended it */
    /* Where the process survives, it goes on with its own registers and the call's result. */
    if (ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &all) != 0)
        die("inject-syscall: registers");
    take_result(&before, &regs);
    *counter(&before) += LENGTH;
    all.iov_base = &before;
    if (ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &all) != 0)
        die("inject-syscall: registers");
    if (ptrace(PTRACE_DETACH, pid, NULL, NULL) != 0)
        die("inject-syscall: detach");
    return 0;
}
