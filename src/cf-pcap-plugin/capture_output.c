#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture_command.h"
#include "core/outputs.h"
#include "core/stop.h"
#include "core/text.h"
#include "descriptors.h"
#include "output_choice.h"
#include "system/system.h"

bool capture_output_is_viewer(const struct capture_command *command)
{
    return command->options.wireshark && command->options.output == NULL;
}

static int choose_viewer(struct capture_command *command)
{
    const char *program = command->options.viewer;
    struct viewer *viewer = &command->viewer;

    if (program == NULL)
        program = getenv("CF_PCAP_WIRESHARK");
    if (program != NULL && *program == '\0')
        program = NULL;
    int result = viewer_find(viewer, program);
    command->console = console_to(viewer->kind == VIEWER_WINDOW ? stdout : stderr);
    output_init(&command->output, command->options.output, command->options.app, false);
    if (result == 0)
        return 0;
    if (program == NULL)
        console_error(
            &command->console,
            "Cannot find Wireshark: install it (https://www.wireshark.org/download.html), name "
            "it with --wireshark=PROGRAM, or save the capture with -o FILE.");
    else
        console_error(&command->console,
                      "Cannot find the program %s: install it, or save the capture with -o FILE.",
                      program);
    return 1;
}

static bool is_damaged(void)
{
    char program[PATH_MAX];
    uint32_t version;

    return system_pipe_maker(STDOUT_FILENO, program, sizeof program, &version) == 0 &&
           output_is_damaged(system_base(program), version);
}

static void choose_output(struct capture_command *command)
{
    const struct options *options = &command->options;
    struct output_choice choice =
        output_choose(options, system_kind_of(STDOUT_FILENO),
                      options->output != NULL && system_is_same(options->output, -1, STDOUT_FILENO),
                      system_is_terminal(STDERR_FILENO), is_damaged());

    command->console = console_to(choice.messages_to_stderr ? stderr : stdout);
    if (choice.note != NULL)
        console_line(&command->console, "%s", choice.note);
    output_init(&command->output, choice.path, options->app, options->format == FORMAT_PCAPNG);
}

int capture_output_choose(struct capture_command *command)
{
    if (!command->options.wireshark)
        choose_output(command);
    else if (choose_viewer(command) != 0)
        return 1;
    if (capture_output_is_viewer(command))
        return 0;
    int error = command->options.split ? output_split(&command->output)
                : options_rotates(&command->options)
                    ? output_rotate(&command->output, command->options.keep)
                    : 0;
    if (error != 0) {
        console_error(&command->console, "Cannot write %s: %s.", output_name(&command->output),
                      strerror(-error));
        return 1;
    }
    const char *objection = output_objection(&command->output);
    command->output.is_private = command->options.tls_keys != NULL;
    if (objection == NULL && command->options.wireshark && output_is_pipe(&command->output))
        objection = "it is a pipe, and --wireshark is one already: give a file";
    if (objection == NULL)
        return 0;
    console_error(&command->console, "Cannot write %s: %s.", output_name(&command->output),
                  objection);
    return 1;
}

/* Can a file that is an instance's own be written? */
static int check_part(struct capture_command *command, unsigned int index)
{
    struct output part;
    char mark[OUTPUT_MARK_SIZE];

    outputs_mark(mark, index, 1);
    int error = output_part(&part, &command->output, mark);
    const char *objection = error == 0 ? output_objection(&part) : strerror(-error);
    if (objection != NULL)
        console_error(&command->console, "Cannot write %s: %s.", output_name(&part), objection);
    output_free(&part);
    return objection == NULL ? 0 : 1;
}

int capture_output_check_parts(struct capture_command *command)
{
    const struct instances *instances = &command->instances;
    size_t needed = DESCRIPTORS_NEEDED +
                    instances->count * (DESCRIPTORS_A_PART +
                                        DESCRIPTORS_A_SESSION * command->options.interfaces.count);

    if (!command->options.split)
        return 0;
    if (!descriptors_are_enough(needed)) {
        console_error(&command->console,
                      "Cannot capture: too few files may be open (ulimit -n): with --split and "
                      "these instances it takes %zu beside those that are.",
                      needed);
        return 1;
    }
    for (size_t i = 0; i < instances->count; i++)
        if (check_part(command, instances->list[i].index) != 0)
            return 1;
    return 0;
}

int capture_output_look_at_disk(struct capture_command *command)
{
    uint64_t available, size, reserve;
    char free_text[16], text[16];

    if (capture_output_is_viewer(command) || output_disk(&command->output, &available, &size) != 0)
        return 0;
    reserve = stop_reserve(command->options.reserve, size);
    if (available >= reserve)
        return 0;
    console_error(&command->console,
                  "Cannot write %s: of its disk only %s are free, and %s are to be left free; "
                  "--reserve SIZE changes that.",
                  output_name(&command->output), text_bytes(free_text, available),
                  text_bytes(text, reserve));
    return 1;
}
