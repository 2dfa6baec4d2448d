#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
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
/* Takes this action if an argument has this value (its low 32 bits, which the kernel uses in these
 * calls); else the next rules count. */
#define IF(call, argument, value, action)                                                          \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (call), 0, 4), LOAD(args[argument]),                       \
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), 0, 1), RESULT(action), LOAD(nr)
/* Allowed if an argument has none of these bits (of its low 32). */
#define ALLOW_WITHOUT(call, argument, bits)                                                        \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (call), 0, 5), LOAD(args[argument]),                       \
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, (uint32_t)(bits)),                                     \
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1), RESULT(SECCOMP_RET_ALLOW), LOAD(nr)
#define ALLOW_IF(call, argument, value) IF(call, argument, value, SECCOMP_RET_ALLOW)
#define REFUSE_IF(call, argument, value) IF(call, argument, value, SECCOMP_RET_KILL_PROCESS)
#define BEGIN                                                                                      \
    LOAD(arch), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NATIVE_ARCH, 1, 0),                            \
        RESULT(SECCOMP_RET_KILL_PROCESS), LOAD(nr)
#define END RESULT(SECCOMP_RET_KILL_PROCESS)

static int install(struct sock_filter *list, size_t size)
{
    struct sock_fprog program = {
        .len = (unsigned short)(size / sizeof list[0]),
        .filter = list,
    };

#ifdef __SANITIZE_ADDRESS__
    (void)program; /* for tests only: the sanitizers need calls that the program does not */
    return 0;
#endif
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0 ? 0 : -errno;
}

int sandbox_narrow(int packet_socket)
{
    struct sock_filter list[] = {
        BEGIN,
        /* Sending frames is the part of CAP_NET_RAW that nothing here may use. */
        REFUSE_IF(__NR_write, 0, packet_socket),
        REFUSE_IF(__NR_writev, 0, packet_socket),
        REFUSE_IF(__NR_sendto, 0, packet_socket),
        REFUSE_IF(__NR_sendmsg, 0, packet_socket),
        /* UNIX sockets pass descriptors on (unix(7), SCM_RIGHTS). None can be made, and 0 to 2,
         * which may be such sockets, can neither send nor receive descriptors. */
        REFUSE_IF(__NR_socket, 0, AF_UNIX),
        REFUSE_IF(__NR_sendmsg, 0, 0),
        REFUSE_IF(__NR_sendmsg, 0, 1),
        REFUSE_IF(__NR_sendmsg, 0, 2),
        REFUSE_IF(__NR_recvmsg, 0, 0),
        REFUSE_IF(__NR_recvmsg, 0, 1),
        REFUSE_IF(__NR_recvmsg, 0, 2),
    /* /etc/hosts, resolv.conf, services: to be read */
#ifdef __NR_open
        ALLOW_WITHOUT(__NR_open, 1, O_ACCMODE | O_CREAT | O_TRUNC),
#else
        ALLOW_WITHOUT(__NR_openat, 2, O_ACCMODE | O_CREAT | O_TRUNC),
#endif
        ALLOW(__NR_close),
        ALLOW_IF(__NR_fcntl, 1, F_SETFD), /* musl's fopen: close-on-exec */
        /* names: the resolver's UDP and TCP, and the order of addresses; the list of our own */
        ALLOW(__NR_socket),
        ALLOW(__NR_bind),
        ALLOW(__NR_connect),
        ALLOW(__NR_sendto),
        ALLOW(__NR_sendmsg),
        ALLOW(__NR_recvfrom),
        ALLOW(__NR_recvmsg),
        /* memory, but none that is executable */
        ALLOW(__NR_brk),
        ALLOW_WITHOUT(__NR_mmap, 2, PROT_EXEC),
        ALLOW(__NR_mremap),
        ALLOW(__NR_munmap),
        ALLOW_WITHOUT(__NR_mprotect, 2, PROT_EXEC),
        ALLOW(__NR_madvise),
        /* libpcap: netmask of the interface; emptying the socket while the filter is put on it */
        ALLOW_IF(__NR_ioctl, 1, SIOCGIFADDR),
        ALLOW_IF(__NR_ioctl, 1, SIOCGIFNETMASK),
        ALLOW_IF(__NR_ioctl, 1, SIOCGIFINDEX), /* the zone of an address, fe80::1%eth0 */
        ALLOW_IF(__NR_fcntl, 1, F_GETFL),
        ALLOW_IF(__NR_fcntl, 1, F_SETFL),
        ALLOW(__NR_setsockopt),
        /* the signals that end a capture, the ticks */
        ALLOW(__NR_rt_sigprocmask),
        ALLOW(__NR_rt_sigaction),
        ALLOW(__NR_signalfd4),
        ALLOW_IF(__NR_prctl, 0, PR_SET_SECCOMP), /* the second list */
                                                 /* and what that one allows */
#ifdef __NR_poll
        ALLOW(__NR_poll),
#else
        ALLOW(__NR_ppoll),
#endif
        ALLOW(__NR_write),
        ALLOW(__NR_read),
        ALLOW(__NR_timer_create), /* the deadline of the filter */
        ALLOW(__NR_timer_settime),
        ALLOW(__NR_timer_delete),
        ALLOW(__NR_rt_sigreturn),
        ALLOW(__NR_clock_gettime),
        ALLOW(__NR_restart_syscall),
        ALLOW(__NR_getsockopt),
        ALLOW(__NR_getsockname),
        ALLOW_IF(__NR_ioctl, 1, SIOCGIFFLAGS),
        ALLOW(__NR_exit_group),
        END,
    };

    return install(list, sizeof list);
}

int sandbox_enter(void)
{
    struct sock_filter list[] = {
        BEGIN,
#ifdef __NR_poll
        ALLOW(__NR_poll), /* waiting */
#else
        ALLOW(__NR_ppoll), /* the same */
#endif
        ALLOW(__NR_write),                     /* stdout, stderr */
        ALLOW(__NR_read),                      /* stdin, the signalfd */
        ALLOW(__NR_timer_settime),             /* the ticks that end a write which blocks */
        ALLOW(__NR_rt_sigreturn),              /* after a tick */
        ALLOW(__NR_clock_gettime),             /* where the vDSO cannot tell */
        ALLOW(__NR_restart_syscall),           /* poll goes on after SIGSTOP and SIGCONT */
        ALLOW(__NR_getsockopt),                /* the counts; the socket's error */
        ALLOW(__NR_getsockname),               /* is the interface still there? */
        ALLOW_IF(__NR_ioctl, 1, SIOCGIFFLAGS), /* is it up? */
        ALLOW_IF(__NR_setsockopt, 2, SO_ATTACH_FILTER), /* the end of the inflow */
        ALLOW(__NR_exit_group),
        END,
    };

    return install(list, sizeof list);
}
