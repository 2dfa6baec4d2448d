#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../system.h"

enum { FILES_MAX = 8 /* open ones of nftw */ };

void system_begin(void)
{
    int fd;

    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
}

void system_end(void)
{
}

int system_error(int error)
{
    return error;
}

bool system_is_terminal(int fd)
{
    return isatty(fd) == 1;
}

unsigned int system_columns(int fd)
{
    struct winsize window = {.ws_col = 0};

    return ioctl(fd, TIOCGWINSZ, &window) == 0 ? window.ws_col : 0;
}

bool system_takes_line(int fd, int wait)
{
    struct pollfd stream = {.fd = fd, .events = POLLOUT};

    return poll(&stream, 1, wait) == 1 && (stream.revents & POLLOUT) != 0;
}

const char system_path_separator = ':', system_program_ending[] = "";

const char *system_base(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

bool system_is_program(const char *path, const char *beginning)
{
    const char *base = system_base(path);

    return base != path && strncmp(base, beginning, strlen(beginning)) == 0 &&
           system_kind_at(path) == SYSTEM_IS_FILE && access(path, X_OK) == 0;
}

void system_kill_group(int pid)
{
    kill(-pid, SIGKILL);
}

const int system_signals[SYSTEM_SIGNALS] = {SIGINT, SIGTERM, SIGHUP}, system_job_control = SIGTSTP;

bool system_is_ignored(int number)
{
    struct sigaction action;

    return number == SIGHUP && sigaction(number, NULL, &action) == 0 &&
           action.sa_handler == SIG_IGN;
}

static const char *variable(const char *name)
{
    const char *value = getenv(name);

    return value == NULL ? "" : value;
}

int system_home(char *path, size_t size)
{
    return snprintf(path, size, "%s", variable("HOME")) < (int)size ? 0 : -ENAMETOOLONG;
}

int system_extcap_home(char *path, size_t size)
{
    return system_home(path, size);
}

void system_places(const char *places[SYSTEM_PLACES])
{
    places[0] = variable("XDG_RUNTIME_DIR");
    places[1] = variable("TMPDIR");
    places[2] = "/tmp";
    for (size_t i = 0; i < SYSTEM_PLACES; i++)
        if (places[i][0] != '/')
            places[i] = "";
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *at)
{
    (void)status, (void)type, (void)at;
    remove(path);
    return 0;
}

void system_remove_folder(const char *folder)
{
    nftw(folder, remove_entry, FILES_MAX, FTW_DEPTH | FTW_PHYS);
}

/* Removes the folder once the other end of the pipe is closed. Runs in a process of its own. */
static void guard(const char *folder, int pipe_end)
{
    int null = open("/dev/null", O_RDWR);
    char byte;

    setsid(); /* ^C is not for this process */
    for (int fd = 0; fd <= STDERR_FILENO; fd++)
        dup2(null, fd); /* else the reader of the plugin's output would wait for this process */
    while (read(pipe_end, &byte, 1) < 0 && errno == EINTR)
        continue;
    system_remove_folder(folder);
    _exit(0);
}

int system_guard(const char *folder)
{
    int ends[2];

    if (pipe(ends) != 0)
        return -errno;
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[1]);
        if (fork() == 0)
            guard(folder, ends[0]);
        _exit(0);
    }
    int result = pid < 0 ? -errno : ends[1]; /* children inherit it */
    close(ends[0]);
    if (result >= 0)
        waitpid(pid, NULL, 0);
    else
        close(ends[1]);
    return result;
}

void system_unguard(int guard)
{
    close(guard);
}

void system_guard_is_for_children(int guard, bool is)
{
    fcntl(guard, F_SETFD, is ? 0 : FD_CLOEXEC);
}

bool system_is_guard(int argc, char **argv)
{
    (void)argc, (void)argv;
    return false;
}
