/*
 * ^C for the plugin alone. The cf CLI does not handle SIGINT while a plugin runs, and ^C goes to
 * the terminal's whole foreground process group: it would end `cf`, and the prompt would come back
 * while the plugin still writes. So the plugin, while it captures, is that group by itself
 * (tcsetpgrp(3)).
 *
 * Unless another process of the job needs the terminal: the pager in `cf pcap -o - | less`. If it
 * read without being in front, the kernel would stop the whole job (termios(3), SIGTTIN). It is
 * known by the terminal's mode, which no shell leaves that way: key by key, not line by line. The
 * same with `stty tostop` for a program behind a pipe that writes to it. ^C then ends `cf`, and
 * that `cf` is gone ends the capture in order.
 *
 * Windows has no such groups: ^C is an event for each process of the console, unless the console
 * hands it on as a key. That is what it is told to do, and the plugin reads its keys. Where another
 * reads them it is left as it is, as above.
 */
#ifndef TERMINAL_H
#define TERMINAL_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

struct terminal {
    int fd; /* the controlling terminal, or -1 */
    enum { TERMINAL_WATCHED, TERMINAL_TAKEN, TERMINAL_LEFT, TERMINAL_SOMEBODYS } state;

    /* posix */
    int group;        /* the one the plugin was started in: that of `cf` */
    uint64_t left_at; /* ms */

    /* windows */
    uv_tty_t keys;
    unsigned long mode; /* to be set again at the end */
    void (*interrupt)(void *owner);
    void *owner;
};

/*
 * Takes the terminal, if the plugin runs in its foreground. ^C comes as SIGINT, or `interrupt` is
 * called by the loop. SIGTTOU is ignored from here on.
 */
void terminal_begin(struct terminal *terminal, uv_loop_t *loop, void (*interrupt)(void *owner),
                    void *owner);

/* Gives it back to the group it was taken from. */
void terminal_end(struct terminal *terminal);

/*
 * For SIGTSTP, ^Z: gives the terminal back and stops the group it was taken from, so that the shell
 * sees its job stopped. The plugin itself goes on capturing.
 */
void terminal_leave(struct terminal *terminal, uint64_t now);

/* To be called a few times a second: takes the terminal again once the shell has given it to the
 * job (`fg`). */
void terminal_watch(struct terminal *terminal, uint64_t now);

/* May the plugin write its live line there? Not behind a prompt, nor into a pager's screen. */
bool terminal_is_ours(const struct terminal *terminal);

#endif
