/*
 * cf-pcap-plugin: `cf pcap` for the cf CLI, which starts it as
 *
 *      cf-pcap-plugin PORT SendMetadata                to install it: what can you do?
 *      cf-pcap-plugin PORT CLI-MESSAGE-UNINSTALL       before it is removed
 *      cf-pcap-plugin PORT pcap APP [OPTION]...        to capture
 *
 * with the CLI listening at 127.0.0.1:PORT; or Wireshark, as an extcap (extcap.h).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../version.h"
#include "advice.h"
#include "aftermath.h"
#include "cf.h"
#include "check.h"
#include "console.h"
#include "core/text.h"
#include "descriptors.h"
#include "extcap.h"
#include "extcap_folder.h"
#include "install.h"
#include "instances.h"
#include "lookup.h"
#include "metadata.h"
#include "options.h"
#include "output.h"
#include "output_choice.h"
#include "question.h"
#include "shell.h"
#include "sort_keys.h"
#include "system/parent.h"
#include "system/system.h"
#include "toolbar.h"

/* Shared by the steps of one `cf pcap`. */
struct command {
    struct options options;
    struct cf cf;
    struct console console;
    char guid[CF_GUID_SIZE];
    struct instances instances;
    struct parent parent;
    struct output output;
    struct viewer viewer; /* of --wireshark */
    struct about about;
    int argc; /* the words as they were typed */
    char **argv;
    struct toolbar *toolbar; /* Wireshark's; NULL: there is none */
    bool began;              /* something was written to the output */
};

static void print_help(void)
{
    const char *name;

    printf("USAGE:\n   ");
    for (const char *at = options_usage; *at != '\0'; at = name) {
        name = strstr(at, "CF_NAME");
        if (name == NULL) {
            printf("%s", at);
            break;
        }
        printf("%.*scf", (int)(name - at), at);
        name += strlen("CF_NAME");
    }
    printf("\n\nOPTIONS:\n");
    for (const struct option_help *help = options_help; help->name != NULL; help++)
        printf("   --%-22s %s\n", help->name, help->text);
}

/* The viewer is the output, or beside it. */
static bool viewer_is_alone(const struct command *command)
{
    return command->options.wireshark && command->options.output == NULL;
}

static int choose_viewer(struct command *command)
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

static void choose_output(struct command *command)
{
    const struct options *options = &command->options;
    struct output_choice choice =
        output_choose(options, system_kind_of(STDOUT_FILENO),
                      options->output != NULL && system_is_same(options->output, -1, STDOUT_FILENO),
                      system_is_terminal(STDERR_FILENO));

    command->console = console_to(choice.messages_to_stderr ? stderr : stdout);
    if (choice.note != NULL)
        console_line(&command->console, "%s", choice.note);
    output_init(&command->output, choice.path, options->app, options->format == FORMAT_PCAPNG);
}

static int check_output(struct command *command)
{
    if (!command->options.wireshark)
        choose_output(command);
    else if (choose_viewer(command) != 0)
        return 1;
    if (viewer_is_alone(command))
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

/* The same of a file that is an instance's own. */
static int check_part(struct command *command, unsigned int index)
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

/* --split: once the instances are known. */
static int check_parts(struct command *command)
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

/* A capture that would end at once is not begun. */
static int check_disk(struct command *command)
{
    uint64_t available, size, reserve;
    char free_text[16], text[16];

    if (viewer_is_alone(command) || output_disk(&command->output, &available, &size) != 0)
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

static int look_up_instances(struct command *command)
{
    struct instances *all = &command->instances;
    char error[LOOKUP_ERROR_SIZE], skipped[256];

    if (lookup_guid(&command->cf, command->options.app, command->guid, error) != 0 ||
        lookup_instances(&command->cf, command->guid, command->options.process, all, error) != 0 ||
        instances_choose(all, command->options.ranges, command->options.range_count, error,
                         sizeof error) != 0) {
        console_error(&command->console, "%s", error);
        return 1;
    }
    struct index_list list = instances_describe(all, false, skipped, sizeof skipped);
    if (list.count > 0)
        console_error(&command->console, "Not running, and %s: %s %s.",
                      command->options.follow ? "captured once they run" : "skipped",
                      index_list_noun(&list), skipped);
    if (instances_running(all) > 0 || (command->options.follow && all->count > 0))
        return 0;
    console_error(
        &command->console,
        "No instance of process '%s' of app '%s' is running: there is nothing to capture. See "
        "'cf app %s'.",
        command->options.process, command->options.app, command->options.app);
    return 1;
}

static void say_where(struct command *command, const char *list)
{
    const struct options *options = &command->options;
    const struct output_files *files = &command->output.files;
    char parts[PATH_MAX + 64], interfaces[INTERFACES_TEXT_SIZE];

    snprintf(parts, sizeof parts, "%s-INDEX%s", files->base, files->extension);
    console_line(&command->console, "%s %s, %s, %s -> %s", options->app, list,
                 interfaces_text(interfaces, &options->interfaces, "and"),
                 options->filter == NULL ? "all packets" : options->filter,
                 viewer_is_alone(command) ? command->viewer.name
                 : options->split         ? parts
                                          : output_name(&command->output));
}

static void say_what_starts(struct command *command)
{
    const struct instances *instances = &command->instances;
    size_t running = instances_running(instances);
    char list[512];

    if (command->options.filter_is_empty)
        console_line(&command->console, "The filter is empty: all packets are captured.");
    instances_describe(instances, true, list, sizeof list);
    if (running == 0)
        console_line(&command->console, "Starting capture as soon as an instance runs.");
    else if (running < instances->count)
        console_line(&command->console, "Starting capture on %zu of %zu instances: %s.", running,
                     instances->count, list);
    else if (command->options.range_count == 0)
        console_line(&command->console, "Starting capture on all instances.");
    else
        console_line(&command->console, "Starting capture on instances: %s.", list);
    if (command->console.is_terminal) /* for a person; scripts know what they have asked for */
        say_where(command, list);
    const char *note = advice_filter(&command->options.interfaces, command->options.filter);
    if (note != NULL)
        console_line(&command->console, "%s", note);
    if (command->options.pcap_by_name && command->options.interfaces.count > 1)
        console_line(&command->console, "Note: a pcap file does not tell which interface saw a "
                                        "packet; pcapng does: --format pcapng, or another name.");
}

static int capture(struct command *command)
{
    static struct shell shell; /* too large for a stack */

    shell = (struct shell){.options = &command->options,
                           .cf = &command->cf,
                           .console = &command->console,
                           .output = viewer_is_alone(command) ? NULL : &command->output,
                           .about = &command->about,
                           .viewer = command->options.wireshark ? &command->viewer : NULL,
                           .toolbar = command->toolbar,
                           .parent = &command->parent,
                           .guid = command->guid};
    int result = shell_run(&shell, &command->instances);
    command->began = outputs_were_opened(&shell.core);
    if (result != 0) {
        console_error(&command->console, "Cannot capture: %s.",
                      result == -ECANCELED ? "cf has ended" : strerror(-result));
        shell.status = 1;
    } else if (!command->began) {
        aftermath_of_nothing(&command->console, &command->cf, &command->options, command->guid,
                             &shell.core);
    } else {
        aftermath_tell(&command->console, &command->cf, &command->options, command->guid,
                       &shell.core);
    }
    shell_free(&shell);
    return shell.status;
}

/* --check: all of the way to a capture, without one. */
static int check(struct command *command)
{
    static struct shell shell;
    struct check check = {
        .options = &command->options, .cf = &command->cf, .console = &command->console};

    command->console = console_to(stdout);
    output_init(&command->output, NULL, command->options.app, false);
    if (check_platform(&check)) {
        shell = (struct shell){.options = &command->options,
                               .cf = &command->cf,
                               .console = &command->console,
                               .output = &command->output,
                               .about = &command->about,
                               .parent = &command->parent};
        int result = shell_run(&shell, &check.instances);
        if (result == 0)
            check_containers(&check, &shell.core);
        else
            console_error(&command->console, "Cannot check the containers: %s.", strerror(-result));
        check.failed |= result != 0;
        shell_free(&shell);
    }
    command->instances = check.instances;
    return check_end(&check);
}

/* `cf` was ended meanwhile: no one waits for a capture. */
static int check_parent(struct command *command)
{
    if (!parent_is_gone(&command->parent))
        return 0;
    console_error(&command->console, "cf has ended, and so the capture is not started.");
    return 1;
}

static int look_up_and_capture(struct command *command)
{
    if (look_up_instances(command) != 0 || check_parts(command) != 0)
        return 1;
    if (!question_ask(&command->console, &command->options, &command->instances))
        return 1;
    if (check_parent(command) != 0)
        return 1;
    say_what_starts(command);
    about_make(&command->about, &command->options, command->guid, &command->cf, command->argc,
               command->argv);
    return capture(command);
}

/* `toolbar`: Wireshark's, or NULL. `*began`: the output was opened, whatever came of it. */
static int pcap(int argc, char **argv, struct toolbar *toolbar, bool *began)
{
    static struct command command;
    char error[512];

    parent_begin(&command.parent);
    command.argc = argc;
    command.argv = argv;
    command.toolbar = toolbar;
    switch (options_parse(&command.options, argc, argv, error, sizeof error)) {
    case OPTIONS_HELP:
        print_help();
        return 0;
    case OPTIONS_INSTALL_EXTCAP:
        return extcap_install();
    case OPTIONS_REMOVE_EXTCAP:
        return extcap_remove();
    case OPTIONS_SORT_KEYS:
        return sort_keys(command.options.sort_keys);
    case OPTIONS_WRONG:
        fprintf(stderr, "Incorrect Usage: %s\n\nSee 'cf help pcap'.\n", error);
        return 1;
    case OPTIONS_CAPTURE:
        break;
    }
    if (!descriptors_are_enough(DESCRIPTORS_NEEDED)) {
        fprintf(
            stderr,
            "Cannot capture: too few files may be open (ulimit -n): it takes %d beside those that "
            "are, and three for each further instance and interface.\n",
            DESCRIPTORS_NEEDED);
        return 1;
    }

    int status = command.options.check ? 0 : check_output(&command);
    if (status == 0 && !command.options.check)
        status = check_disk(&command);
    if (status == 0 && cf_find(&command.cf, &command.parent) != 0)
        status = 1;
    command.cf.verbose = command.options.verbose;
    if (status == 0 && command.options.check) {
        status = check(&command);
    } else if (status == 0) {
        status = look_up_and_capture(&command);
    }
    *began = command.began;
    free(command.instances.list);
    output_free(&command.output);
    cf_free(&command.cf);
    return status;
}

static int run(int argc, char **argv)
{
    const char *message = argc > 2 ? argv[2] : "";
    struct extcap extcap;
    bool began = false;

    extcap_parse(&extcap, argc, argv);
    if (extcap.call != EXTCAP_NONE)
        return extcap_run(&extcap, pcap);

    if (strcmp(message, "SendMetadata") == 0 && argc == 3)
        return install(argv[1]);
    if (strcmp(message, "CLI-MESSAGE-UNINSTALL") == 0)
        return 0;
    if (metadata_is_command(message))
        return pcap(argc - 2, argv + 2, NULL, &began);
    printf("cf-pcap-plugin %s, a plugin of the cf CLI. To install it:\n\n"
           "   cf install-plugin -f %s\n\nand then: cf help pcap\n",
           CF_PCAP_VERSION, argc > 0 ? argv[0] : "cf-pcap-plugin");
    return argc > 1 ? 1 : 0;
}

int main(int argc, char **argv)
{
    system_begin();
    int status = system_is_guard(argc, argv) ? 0 : run(argc, argv);
    system_end();
    return status;
}
