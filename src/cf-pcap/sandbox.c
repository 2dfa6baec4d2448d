#include "sandbox.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#if defined(__x86_64__)
#define NATIVE_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define NATIVE_ARCH AUDIT_ARCH_AARCH64
#else
#error "sandbox.c does not know the system calls of this processor"
#endif

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the low half of an argument is taken to come first"
#endif

#define LOAD(field)                                                                                \
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)offsetof(struct seccomp_data, field))
#define RESULT(action) BPF_STMT(BPF_RET | BPF_K, (action))
#define ALLOW(call) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (call), 0, 1), RESULT(SECCOMP_RET_ALLOW)
/* Only with this value of an argument (of which the low 32 bits are what the kernel looks at). */
#define ALLOW_WITH(call, argument, value)                                                          \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (call), 0, 4), LOAD(args[argument]),                       \
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 0, 1), RESULT(SECCOMP_RET_ALLOW),             \
        RESULT(SECCOMP_RET_KILL_PROCESS)

static struct sock_filter allow_list[] = {
    LOAD(arch),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NATIVE_ARCH, 1, 0),
    RESULT(SECCOMP_RET_KILL_PROCESS),
    LOAD(nr),
#ifdef __NR_poll
    ALLOW(__NR_poll), /* waiting: ours, and libpcap's look for errors of the socket */
#endif
    ALLOW(__NR_ppoll),           /* the same where there is no poll */
    ALLOW(__NR_write),           /* stdout, stderr, libpcap's eventfd in pcap_breakloop */
    ALLOW(__NR_read),            /* stdin, the signalfd, that eventfd */
    ALLOW(__NR_setitimer),       /* the ticks that end a write which blocks */
    ALLOW(__NR_rt_sigreturn),    /* after a tick */
    ALLOW(__NR_clock_gettime),   /* where the vDSO cannot tell */
    ALLOW(__NR_restart_syscall), /* poll goes on after SIGSTOP and SIGCONT */
    ALLOW(__NR_getsockopt),      /* the counts; libpcap: which error has the socket? */
    ALLOW(__NR_getsockname),     /* libpcap: is the interface still there? */
    ALLOW_WITH(__NR_ioctl, 1, SIOCGIFFLAGS),          /* libpcap: is it up? */
    ALLOW_WITH(__NR_setsockopt, 2, SO_ATTACH_FILTER), /* the end of the inflow */
    ALLOW(__NR_exit_group),
    RESULT(SECCOMP_RET_KILL_PROCESS),
};

int sandbox_enter(void)
{
    struct sock_fprog program = {
        .len = sizeof allow_list / sizeof allow_list[0],
        .filter = allow_list,
    };

    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0 ? 0 : -errno;
}
