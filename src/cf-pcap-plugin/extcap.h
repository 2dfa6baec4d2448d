/*
 * The plugin as an extcap: a program that Wireshark, tshark and dumpcap ask for interfaces, and
 * that captures on them. Reference: Wireshark's doc/extcap_example.py and "Adding Capture
 * Interfaces And Log Sources Using Extcap" in its Developer's Guide, version 1.0. Each call is a
 * process of its own:
 *
 *      --extcap-interfaces [--extcap-version=X.Y]               which interfaces are there?
 *      --extcap-interface cfpcap --extcap-dlts                  what link types have they?
 *      --extcap-interface cfpcap --extcap-config                which options?
 *          [--extcap-reload-option app]                         ... the apps there are, for that
 * one
 *      --extcap-interface cfpcap --extcap-capture-filter FILTER is it right?
 *      --capture --extcap-interface cfpcap --fifo FIFO [--extcap-capture-filter FILTER]
 *          [--extcap-control-in FIFO --extcap-control-out FIFO] ... with a toolbar (toolbar.h)
 *          [--app APP] [OPTION]...                              capture, into that pipe
 *
 * A capture is `cf pcap APP -o FIFO --format pcapng`, in this process; OPTION is one of `cf pcap`.
 * Wireshark shows what comes on stderr as an error, in a window, also where all went well: so only
 * a capture that fails says something there, at its end. Wireshark ends a capture with SIGTERM.
 */
#ifndef EXTCAP_H
#define EXTCAP_H

#include <stdbool.h>
#include <stddef.h>

#define EXTCAP_INTERFACE "cfpcap"

enum extcap_call {
    EXTCAP_NONE, /* it is no call as an extcap */
    EXTCAP_INTERFACES,
    EXTCAP_DLTS,
    EXTCAP_CONFIG,
    EXTCAP_RELOAD,
    EXTCAP_FILTER,
    EXTCAP_CAPTURE,
    EXTCAP_WRONG, /* `error` says what is missing or wrong */
};

enum { EXTCAP_WORDS_MAX = 64, EXTCAP_ERROR_SIZE = 256 };

struct extcap {
    enum extcap_call call;
    const char *words[EXTCAP_WORDS_MAX + 1]; /* of `cf pcap`, from "pcap" on; then NULL */
    int count;
    const char *fifo; /* of a capture, also of one that lacks its app; NULL: of none */
    const char *control_in, *control_out; /* NULL: there is no toolbar */
    char error[EXTCAP_ERROR_SIZE];
};

/* Reads the command line. Strings stay argv's. */
void extcap_parse(struct extcap *extcap, int argc, char *const *argv);

struct toolbar;

/* What came of a capture, beside its exit status. */
struct extcap_outcome {
    bool began;    /* the output was opened */
    bool unwanted; /* a signal has ended it, or its pipe or Wireshark has gone: it waits for nothing
                    */
    char warning[160]; /* worth a window though all went well; "": nothing is */
};

/* `cf pcap` with these words and this toolbar: its exit status. */
typedef int extcap_pcap(int argc, char **argv, struct toolbar *toolbar,
                        struct extcap_outcome *outcome);

/* Does what is asked for. The exit status. */
int extcap_run(struct extcap *extcap, extcap_pcap *pcap);

#endif
