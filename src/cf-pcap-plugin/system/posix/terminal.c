#include "../terminal.h"

#include <fcntl.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

enum { SHELL_TIME = 1000 /* ms in which a shell notices that its job has stopped */ };

/* Would the kernel stop another process of the job because it uses the terminal? */
static bool is_needed_by_others(const struct terminal *terminal)
{
    struct termios mode;

    if (tcgetattr(terminal->fd, &mode) != 0)
        return false;
    return (mode.c_lflag & ICANON) == 0 ||                           /* a pager reads keys */
           ((mode.c_lflag & TOSTOP) != 0 && !isatty(STDOUT_FILENO)); /* `stty tostop; ... | cat` */
}

static void take_if_in_front(struct terminal *terminal)
{
    if (tcgetpgrp(terminal->fd) != terminal->group)
        return;
    if (is_needed_by_others(terminal)) {
        terminal->state = TERMINAL_SOMEBODYS;
        return;
    }
    /* Fails if this is a group of its own already: as good. */
    if (setpgid(0, 0) != 0 && getpgrp() != getpid())
        return;
    if (tcsetpgrp(terminal->fd, getpgrp()) == 0)
        terminal->state = TERMINAL_TAKEN;
}

void terminal_begin(struct terminal *terminal, uv_loop_t *loop, void (*interrupt)(void *owner),
                    void *owner)
{
    (void)loop, (void)interrupt, (void)owner;
    /* Without this, tcsetpgrp from the background would stop the plugin. */
    signal(SIGTTOU, SIG_IGN);
    *terminal = (struct terminal){
        .fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY),
        .group = getpgrp(),
        .state = TERMINAL_WATCHED,
    };
    if (terminal->fd >= 0)
        take_if_in_front(terminal);
}

static void give_back(struct terminal *terminal)
{
    if (terminal->state == TERMINAL_TAKEN && tcgetpgrp(terminal->fd) == getpgrp())
        tcsetpgrp(terminal->fd, terminal->group);
}

void terminal_end(struct terminal *terminal)
{
    if (terminal->fd < 0)
        return;
    give_back(terminal);
    close(terminal->fd);
    terminal->fd = -1;
}

void terminal_leave(struct terminal *terminal, uint64_t now)
{
    /* If the plugin is the whole job, there is no other process to stop. */
    if (terminal->fd < 0 || terminal->state != TERMINAL_TAKEN || terminal->group == getpgrp())
        return;
    give_back(terminal);
    terminal->state = TERMINAL_LEFT;
    terminal->left_at = now;
    kill(-terminal->group, SIGTSTP);
}

void terminal_watch(struct terminal *terminal, uint64_t now)
{
    if (terminal->fd < 0)
        return;
    if (terminal->state == TERMINAL_LEFT &&
        (tcgetpgrp(terminal->fd) != terminal->group || now - terminal->left_at > SHELL_TIME))
        terminal->state = TERMINAL_WATCHED; /* the shell has it; or there is no shell */
    /* TAKEN: a shell that was slow has given it to the job once more, or does so after `kill -STOP`
     * and `fg`. */
    if (terminal->state == TERMINAL_WATCHED ||
        (terminal->state == TERMINAL_TAKEN && terminal->group != getpgrp()))
        take_if_in_front(terminal);
}

bool terminal_is_ours(const struct terminal *terminal)
{
    return terminal->fd < 0 || terminal->state == TERMINAL_TAKEN;
}
