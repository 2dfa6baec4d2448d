/*
 * The extcap's toolbar in Wireshark (View > Interface Toolbars > Cloud Foundry): a line that tells
 * how the capture is doing, and a button that stops it. Wireshark makes a named pipe for each
 * direction, and opens its ends right after it has started the extcap. tshark has no toolbar, and
 * makes none.
 *
 * All of it is optional: nothing here waits, but for toolbar_end where no capture has begun, and no
 * error is told. A pipe that is missing, or that is not read or written, is a toolbar that does
 * nothing.
 *
 * Wireshark's window stands still from its open(2) for writing to our open(2) for reading: so the
 * pipe is opened first of all, and stays open to the end. It is read by looking again, for one that
 * no program has opened yet and one that was closed both look like one that has ended: what tells
 * them apart is that one that is open looks empty (read(2), EAGAIN).
 *
 * Windows: Wireshark waits for both to be opened before it reads a packet, 30 seconds after the
 * last one that was. So both are opened first of all.
 */
#ifndef TOOLBAR_H
#define TOOLBAR_H

#include <stdbool.h>
#include <stdint.h>

#include "extcap_control.h"

struct toolbar {
    const char *out; /* the path of the pipe that Wireshark reads; NULL: none */
    int in_fd;       /* -1: not open */
    int out_fd;      /* likewise: until Wireshark reads it */
    struct extcap_control_reader reader;
    bool was_open;                  /* by Wireshark */
    bool wireshark_came;            /* something was read, or its end was opened and closed */
    bool is_stopped;                /* the button was pressed */
    uint64_t looked_at;             /* ms of any clock that does not go back */
    uint64_t showed_at;             /* ms, likewise; 0: not yet */
    char line[EXTCAP_CONTROL_SIZE]; /* that is to be shown; "": it is */
};

/* Paths of the pipes, as --extcap-control-in and -out give them, or NULL. They stay the caller's.
 */
void toolbar_begin(struct toolbar *toolbar, const char *in, const char *out);

/* Prints the toolbar's controls for --extcap-interfaces. */
void toolbar_print_controls(void);

/* Shows the line; once a second at most, the others are left out, but for the last one, which
 * toolbar_end shows. `now`: ms. */
void toolbar_show(struct toolbar *toolbar, const char *line, uint64_t now);

/* Was the button pressed for the first time? To be called often: it looks ten times a second. Once
 * it was pressed Wireshark is asked to disable it. */
bool toolbar_stops(struct toolbar *toolbar, uint64_t now);

/* Shows the last line, and closes all. `waits`: no capture has begun, and Wireshark may still be
 * starting: waits, a minute at most, until it has opened its end, which would wait for ever once
 * this program has gone, and has sent its first packet or closed that end again. */
void toolbar_end(struct toolbar *toolbar, bool waits);

#endif
