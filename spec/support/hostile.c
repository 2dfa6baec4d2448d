/*
 * What a process of the app's user may try against a cf-pcap that runs, or that it starts itself.
 * Static, to be mounted into a container.
 *
 *     hostile exec [WAY…] -- PROGRAM [ARGUMENT…]    becomes PROGRAM, in a bad environment:
 *         argc0            without any argument, not even its name
 *         argv0 TEXT       with this name
 *         limit NAME N     resource limit, setrlimit(2), soft and hard
 *         close FD
 *         sockets          with UNIX sockets at descriptors 3 to 40
 *         traced           traced by the process that started it
 *         ignore N         signal N ignored and blocked
 *         personality N    with these flags of personality(2), as setarch(8) sets them
 *     hostile look PID             tries to get at a process; prints a word for all that succeeds
 *     hostile race N -- PROGRAM…   the same again and again while PROGRAM starts, N times
 *     hostile signals SIGNAL N STEP -- PROGRAM…
 *                                  starts PROGRAM N times; the signal comes after 0, STEP, 2 * STEP
 * … us hostile repeat N -- PROGRAM… starts PROGRAM N times
 *
 * PROGRAM's stdin of the last three ends 50 ms after its first output. They print a line for each
 * way in which it ended, "COUNT status STATUS, packets|no packets" (128 + N after signal N;
 * "packets": at least the header of a pcap file was there), and fail if one did not end in 180
 * seconds.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE_MS = 180000, STDIN_MS = 5000, CAPTURE_MS = 50, DESCRIPTORS = 16 };

static const struct {
    const char *name;
    int resource;
} limits[] = {
    {"AS", RLIMIT_AS},         {"CPU", RLIMIT_CPU},     {"CORE", RLIMIT_CORE},
    {"DATA", RLIMIT_DATA},     {"FSIZE", RLIMIT_FSIZE}, {"MEMLOCK", RLIMIT_MEMLOCK},
    {"NOFILE", RLIMIT_NOFILE}, {"NPROC", RLIMIT_NPROC}, {"SIGPENDING", RLIMIT_SIGPENDING},
    {"STACK", RLIMIT_STACK},
};

static void die(const char *what)
{
    perror(what);
    exit(125);
}

static long milliseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The words after "--". */
static char **program_of(char **argv)
{
    while (*argv != NULL && strcmp(*argv, "--") != 0)
        argv++;
    if (*argv == NULL || argv[1] == NULL)
        die("hostile: no program");
    return argv + 1;
}

static void limit(const char *name, const char *value)
{
    struct rlimit both = {strtoul(value, NULL, 10), strtoul(value, NULL, 10)};

    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
        if (strcmp(limits[i].name, name) == 0 && setrlimit(limits[i].resource, &both) == 0)
            return;
    die(name);
}

static void be_traced(void)
{
    pid_t pid = fork();
    int status;

    if (pid == 0) {
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        return;
    }
    while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status))
        ptrace(PTRACE_CONT, pid, NULL, WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status));
    exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}

static int hostile_exec(char **argv)
{
    char **program = program_of(argv);
    char *path = program[0];
    char *nothing[] = {NULL};
    sigset_t set;
    int pair[2];

    for (; *argv != NULL && strcmp(*argv, "--") != 0; argv++) {
        if (strcmp(*argv, "argc0") == 0) {
            program = nothing;
        } else if (strcmp(*argv, "argv0") == 0) {
            program[0] = *++argv;
        } else if (strcmp(*argv, "limit") == 0) {
            limit(argv[1], argv[2]);
            argv += 2;
        } else if (strcmp(*argv, "close") == 0) {
            close(atoi(*++argv));
        } else if (strcmp(*argv, "sockets") == 0) {
            while (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0 && pair[1] < 40)
                ;
        } else if (strcmp(*argv, "traced") == 0) {
            be_traced();
        } else if (strcmp(*argv, "alarm") == 0) {
            alarm((unsigned)atoi(*++argv));
        } else if (strcmp(*argv, "ignore") == 0) {
            signal(atoi(*++argv), SIG_IGN);
            sigemptyset(&set);
            sigaddset(&set, atoi(*argv));
            sigprocmask(SIG_BLOCK, &set, NULL);
        } else if (strcmp(*argv, "personality") == 0) {
            if (personality(strtoul(*++argv, NULL, 0)) < 0)
                die("personality");
        } else {
            die(*argv);
        }
    }
    execv(path, program);
    die(path);
    return 125;
}

/* A bit for each way that leads into the process; words[] names them. */
static const char *const words[] = {"attach", "seize",      "mem", "read",
                                    "write",  "descriptor", "fd",  "environ"};

static unsigned found_open(int fd, unsigned bit)
{
    close(fd);
    return bit;
}

static unsigned look(pid_t pid)
{
    char path[64];
    char target[64];
    char byte = 0;
    unsigned found = 0;
    struct iovec here = {&byte, 1};
    struct iovec there = {(void *)0x400000, 1};
    int status;

    if (ptrace(PTRACE_ATTACH, pid, NULL, NULL) == 0) {
        found |= 1;
        waitpid(pid, &status, __WALL);
        ptrace(PTRACE_DETACH, pid, NULL, NULL);
    }
    if (ptrace(PTRACE_SEIZE, pid, NULL, NULL) == 0) {
        found |= 2;
        ptrace(PTRACE_INTERRUPT, pid, NULL, NULL);
        waitpid(pid, &status, __WALL);
        ptrace(PTRACE_DETACH, pid, NULL, NULL);
    }
    snprintf(path, sizeof path, "/proc/%d/mem", (int)pid);
    int fd = open(path, O_RDWR);
    if (fd >= 0)
        found |= found_open(fd, 4);
    /* EFAULT: it was allowed to try. */
    if (process_vm_readv(pid, &here, 1, &there, 1, 0) >= 0 || errno == EFAULT)
        found |= 8;
    if (process_vm_writev(pid, &here, 1, &there, 1, 0) >= 0 || errno == EFAULT)
        found |= 16;
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    for (int i = 0; pidfd >= 0 && i < DESCRIPTORS; i++) {
        fd = (int)syscall(SYS_pidfd_getfd, pidfd, i, 0);
        if (fd >= 0)
            found |= found_open(fd, 32);
    }
    if (pidfd >= 0)
        close(pidfd);
    snprintf(path, sizeof path, "/proc/%d/fd/0", (int)pid);
    if (readlink(path, target, sizeof target) >= 0)
        found |= 64;
    snprintf(path, sizeof path, "/proc/%d/environ", (int)pid);
    fd = open(path, O_RDONLY);
    if (fd >= 0)
        found |= found_open(fd, 128);
    return found;
}

static void print_found(unsigned found)
{
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if ((found & 1U << i) != 0)
            puts(words[i]);
}

/* Runs PROGRAM once, with a signal (0: none) after `after` microseconds. Returns its status; 1000
 * more if it wrote a pcap header. */
static int run_once(char **program, int signo, long after)
{
    int in[2];
    int out[2];
    char data[4096];
    size_t got = 0;
    unsigned magic = 0;
    int status;

    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0)
        die("pipe2");
    pid_t pid = fork();
    if (pid == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        execv(program[0], program);
        _exit(126);
    }
    close(in[0]);
    close(out[1]);
    if (signo != 0) {
        nanosleep(&(struct timespec){after / 1000000, after % 1000000 * 1000}, NULL);
        kill(pid, signo);
    }
    long start = milliseconds();
    for (;;) {
        struct pollfd poll_fd = {.fd = out[0], .events = POLLIN};
        int ready = poll(&poll_fd, 1, 10);
        if (ready > 0) {
            ssize_t n = read(out[0], data, sizeof data);
            if (n <= 0)
                break;
            if (got < sizeof magic)
                memcpy(&magic, data, n < 4 ? (size_t)n : 4);
            if (got == 0)
                start = milliseconds() - STDIN_MS + CAPTURE_MS;
            /* It started so slowly that it found its stdin at its end already. */
            if (got == 0 && in[1] < 0)
                kill(pid, SIGTERM);
            got += (size_t)n;
        }
        if (in[1] >= 0 && milliseconds() - start > STDIN_MS) {
            close(in[1]);
            in[1] = -1;
        }
        if (milliseconds() - start > PATIENCE_MS) {
            fprintf(stderr, "hostile: it does not end\n");
            kill(pid, SIGKILL);
            exit(124);
        }
    }
    waitpid(pid, &status, 0);
    close(out[0]);
    if (in[1] >= 0)
        close(in[1]);
    return (WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status)) +
           (got >= 24 && magic == 0xa1b2c3d4 ? 1000 : 0);
}

static int run_many(int times, char **program, int signo, long step)
{
    int counts[2000] = {0};

    for (int i = 0; i < times; i++)
        counts[run_once(program, signo, i * step)]++;
    for (int i = 0; i < 2000; i++)
        if (counts[i] != 0)
            printf("%d status %d, %s\n", counts[i], i % 1000, i >= 1000 ? "packets" : "no packets");
    return 0;
}

/*
 * Attacks a program from its exec on. A process of ours that becomes it can be got at until the
 * very moment, so what counts is what is found while it runs as that program: /proc/PID/comm says
 * so before and after. An attached tracer would take its capability away: that is not tried here.
 */
static int race(int times, char **program)
{
    unsigned found = 0;

    for (int i = 0; i < times; i++) {
        char name[2][32] = {{0}};
        char path[64];
        int in[2];

        if (pipe2(in, O_CLOEXEC) != 0)
            die("pipe2");
        pid_t pid = fork();
        if (pid == 0) {
            int null = open("/dev/null", O_WRONLY);
            dup2(in[0], 0);
            dup2(null, 1);
            execv(program[0], program);
            _exit(126);
        }
        close(in[0]);
        snprintf(path, sizeof path, "/proc/%d/comm", (int)pid);
        long start = milliseconds();
        while (waitpid(pid, NULL, WNOHANG) == 0) {
            for (int when = 0; when < 2; when++) {
                int fd = open(path, O_RDONLY);
                if (fd >= 0 && read(fd, name[when], sizeof name[when] - 1) < 0)
                    name[when][0] = '\0';
                close(fd);
                int pidfd = when == 0 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
                for (int j = 0; pidfd >= 0 && j < DESCRIPTORS; j++) {
                    int stolen = (int)syscall(SYS_pidfd_getfd, pidfd, j, 0);
                    if (stolen >= 0 && strcmp(name[0], "cf-pcap\n") == 0)
                        found |= 32;
                    if (stolen >= 0)
                        close(stolen);
                }
                if (pidfd >= 0)
                    close(pidfd);
            }
            long since = milliseconds() - start;
            if (in[1] >= 0 && since > CAPTURE_MS) {
                close(in[1]);
                in[1] = -1;
            }
            /* Where it started so slowly that it found its stdin at its end already. */
            if (since > STDIN_MS)
                kill(pid, SIGTERM);
        }
        if (in[1] >= 0)
            close(in[1]);
    }
    print_found(found);
    printf("%d times\n", times);
    return 0;
}

int main(int argc, char **argv)
{
    const char *what = argc > 2 ? argv[1] : "";

    if (strcmp(what, "exec") == 0)
        return hostile_exec(argv + 2);
    if (strcmp(what, "look") == 0) {
        print_found(look(atoi(argv[2])));
        return 0;
    }
    if (strcmp(what, "race") == 0)
        return race(atoi(argv[2]), program_of(argv));
    if (strcmp(what, "signals") == 0)
        return run_many(atoi(argv[3]), program_of(argv), atoi(argv[2]), atol(argv[4]));
    if (strcmp(what, "repeat") == 0)
        return run_many(atoi(argv[2]), program_of(argv), 0, 0);
    fprintf(stderr, "usage: see the top of hostile.c\n");
    return 2;
}
