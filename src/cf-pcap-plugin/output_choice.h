/*
 * Where the capture goes, and where messages go. --output says so. Without it, that depends on what
 * standard output and standard error are:
 *
 * - At a terminal, with standard output redirected: the capture goes to standard output, as that of
 *   `cf-pcap` and of tcpdump -w -. That is what `cf pcap myapp | tcpdump -n -r -` and
 *   `cf pcap myapp > x.pcap` mean, and the terminal shows the messages (standard error) with a
 * note.
 * - Everywhere else into a file named after the app and the time, as ever. Where standard error is
 *   redirected, too (a job of CI, cron, 2>&1 | tee log), standard output is a log, that others may
 *   read: packets, and the passwords in them, do not belong there unless -o - says so.
 * - --split and --rotate-... make files, always.
 * - /dev/null is a wish for silence, no place for a capture.
 *
 * A file that is named, and is what standard output goes to (-o FILE > FILE, -o /dev/stdout), means
 * standard output: or else messages would come between the packets.
 *
 * Windows' PowerShell reads what a program writes into its pipe as text, and writes other bytes
 * (about_Pipelines; since 7.4 it hands on bytes, PSNativeCommandPreserveBytePipe). That is told and
 * not refused: the program that has made the pipe is known, and not what it does with it.
 */
#ifndef OUTPUT_CHOICE_H
#define OUTPUT_CHOICE_H

#include <stdbool.h>
#include <stdint.h>

#include "options.h"
#include "system/system.h"

struct output_choice {
    const char *path;        /* "-": standard output; NULL: a file named after app and time */
    bool messages_to_stderr; /* or to standard output */
    const char *note;        /* what the user is to be told about it; NULL: nothing */
};

/* `names_stdout`: the output that was named is where standard output goes (system_is_same).
 * `is_damaged`: so says output_is_damaged of standard output. */
struct output_choice output_choose(const struct options *options, enum system_kind standard_output,
                                   bool names_stdout, bool stderr_is_terminal, bool is_damaged);

/* Are bytes damaged in a pipe that this program, a name without folders, of this version, has made?
 * Both as system_pipe_maker has them; a PowerShell of an unknown version is trusted. */
bool output_is_damaged(const char *maker, uint32_t version);

#endif
