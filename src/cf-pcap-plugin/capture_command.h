/*
 * `cf pcap APP`, from its options to the exit status: where the capture goes, which instances there
 * are, the question, the capture (shell.h), and what became of it.
 */
#ifndef CAPTURE_COMMAND_H
#define CAPTURE_COMMAND_H

#include <stdbool.h>

#include "about.h"
#include "cf.h"
#include "cf_answer.h"
#include "console.h"
#include "extcap.h"
#include "instances.h"
#include "options.h"
#include "output.h"
#include "system/parent.h"
#include "toolbar.h"
#include "viewer.h"

struct capture_command {
    /* The caller's, to be set before. */
    struct options options;
    struct parent parent;
    int argc; /* the words as they were typed */
    char **argv;
    struct toolbar *toolbar; /* Wireshark's; NULL: there is none */

    struct cf cf;
    struct console console;
    char guid[CF_GUID_SIZE];
    struct instances instances;
    struct output output;
    struct viewer viewer; /* of --wireshark */
    struct about about;
    struct extcap_outcome outcome;
};

/* Captures, or checks (--check). The exit status. */
int capture_command_run(struct capture_command *command);

/*
 * The output (capture_output.c). Each function tells the user what is wrong, and returns 0 or 1.
 */

/* Is the viewer all of it, without a file beside it? */
bool capture_output_is_viewer(const struct capture_command *command);

/* Chooses it, and where messages go. Can it be written? Creates and changes nothing. */
int capture_output_choose(struct capture_command *command);

/* Is there room on its disk? A capture that would end at once is not begun. */
int capture_output_look_at_disk(struct capture_command *command);

/* --split, once the instances are known: can the file of each be written? */
int capture_output_check_parts(struct capture_command *command);

#endif
