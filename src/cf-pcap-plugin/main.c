/*
 * cf-pcap-plugin: `cf pcap` for the cf CLI, which starts it as
 *
 *      cf-pcap-plugin PORT SendMetadata                to install it: what can you do?
 *      cf-pcap-plugin PORT CLI-MESSAGE-UNINSTALL       before it is removed
 *      cf-pcap-plugin PORT pcap APP [OPTION]...        to capture
 *
 * with the CLI listening at 127.0.0.1:PORT.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../version.h"
#include "advice.h"
#include "cf.h"
#include "console.h"
#include "core/text.h"
#include "instances.h"
#include "lookup.h"
#include "metadata.h"
#include "options.h"
#include "output.h"
#include "output_choice.h"
#include "parent.h"
#include "question.h"
#include "shell.h"

/* Shared by the steps of one `cf pcap`. */
struct command {
    struct options options;
    struct cf cf;
    struct console console;
    char guid[CF_GUID_SIZE];
    struct instances instances;
    struct parent parent;
    struct output output;
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

static void choose_output(struct command *command)
{
    const struct options *options = &command->options;
    struct output_choice choice =
        output_choose(options, output_kind_of(STDOUT_FILENO), isatty(STDERR_FILENO) == 1);

    command->console = console_to(choice.messages_to_stderr ? stderr : stdout);
    if (choice.note != NULL)
        console_line(&command->console, "%s", choice.note);
    output_init(&command->output, choice.path, options->app, options->format == FORMAT_PCAPNG);
}

static int check_output(struct command *command)
{
    choose_output(command);
    if (options_rotates(&command->options)) {
        int error = output_rotate(&command->output, command->options.keep);

        if (error != 0) {
            console_error(&command->console, "Cannot write %s: %s.", output_name(&command->output),
                          strerror(-error));
            return 1;
        }
    }
    const char *objection = output_objection(&command->output);
    if (objection == NULL)
        return 0;
    console_error(&command->console, "Cannot write %s: %s.", output_name(&command->output),
                  objection);
    return 1;
}

/* A capture that would end at once is not begun. */
static int check_disk(struct command *command)
{
    uint64_t available, size, reserve;
    char free_text[16], text[16];

    if (output_disk(&command->output, &available, &size) != 0)
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
        console_error(&command->console, "Not running, and skipped: %s %s.", index_list_noun(&list),
                      skipped);
    if (instances_running(all) > 0)
        return 0;
    console_error(
        &command->console,
        "No instance of process '%s' of app '%s' is running: there is nothing to capture. See "
        "'cf app %s'.",
        command->options.process, command->options.app, command->options.app);
    return 1;
}

static void say_what_starts(struct command *command)
{
    const struct instances *instances = &command->instances;
    size_t running = instances_running(instances);
    char list[512];

    if (command->options.filter_is_empty)
        console_line(&command->console, "The filter is empty: all packets are captured.");
    instances_describe(instances, true, list, sizeof list);
    if (running < instances->count)
        console_line(&command->console, "Starting capture on %zu of %zu instances: %s.", running,
                     instances->count, list);
    else if (command->options.range_count == 0)
        console_line(&command->console, "Starting capture on all instances.");
    else
        console_line(&command->console, "Starting capture on instances: %s.", list);
    if (command->console.is_terminal) /* for a person; scripts know what they have asked for */
        console_line(&command->console, "%s %s, %s, %s -> %s", command->options.app, list,
                     command->options.interface,
                     command->options.filter == NULL ? "all packets" : command->options.filter,
                     output_name(&command->output));
}

/* The CLI only says "not authorized"; Cloud Controller knows whether SSH is switched off. */
static void explain_disabled(struct command *command, const char *reason)
{
    const char *app = command->options.app;

    console_error(
        &command->console,
        "SSH into app '%s' is disabled (%s), and the capture runs over SSH. To enable it:\n"
        "   for the app:    cf enable-ssh %s\n"
        "   for its space:  cf allow-space-ssh SPACE   (as a space manager)\n"
        "and then: cf restart %s\n"
        "If it is disabled globally, ask the operator of this platform.",
        app, reason, app, app);
}

static void explain_refused(struct command *command)
{
    const char *app = command->options.app;

    console_error(
        &command->console,
        "SSH into app '%s' was refused: you are not authorized. It takes the role space "
        "developer, and an app that was restarted since SSH was enabled; 'cf ssh %s' must "
        "work.",
        app, app);
}

/* Nothing at all came: does Cloud Controller know why? */
static void explain_nothing(struct command *command, const struct core *core)
{
    bool login_failed = false, refused = false;
    char reason[256];

    for (size_t i = 0; i < core->count; i++) {
        login_failed |= core->instances[i]->login_failed;
        refused |= core->instances[i]->refused;
    }
    if (login_failed && lookup_ssh_enabled(&command->cf, command->guid, reason, sizeof reason) == 0)
        explain_disabled(command, reason);
    else if (refused)
        explain_refused(command);
    console_error(&command->console,
                  core->output_error == 0 ? "Nothing was captured." : "Nothing was saved.");
}

static uint64_t count_packets(const struct core *core)
{
    uint64_t count = 0;

    for (size_t i = 0; i < core->count; i++)
        count += core->instances[i]->session.stream.counts.packets;
    return count;
}

static int capture(struct command *command)
{
    static struct shell shell; /* too large for a stack */

    shell = (struct shell){.options = &command->options,
                           .cf = &command->cf,
                           .console = &command->console,
                           .output = &command->output,
                           .parent = &command->parent};
    int result = shell_run(&shell, &command->instances);
    if (result != 0) {
        console_error(&command->console, "Cannot capture: %s.",
                      result == -ECANCELED ? "cf has ended" : strerror(-result));
        shell.status = 1;
    } else if (!shell.core.output_was_opened) {
        explain_nothing(command, &shell.core);
    } else if (count_packets(&shell.core) == 0) {
        console_line(&command->console, "%s", advice_nothing_captured(&command->options));
    }
    shell_free(&shell);
    return shell.status;
}

/* Whoever ended it waits for nothing any more. */
static int check_parent(struct command *command)
{
    if (!parent_is_gone(&command->parent))
        return 0;
    console_error(&command->console, "cf has ended, and so the capture is not started.");
    return 1;
}

static int pcap(int argc, char **argv)
{
    static struct command command;
    char error[512];

    parent_begin(&command.parent);
    switch (options_parse(&command.options, argc, argv, error, sizeof error)) {
    case OPTIONS_HELP:
        print_help();
        return 0;
    case OPTIONS_WRONG:
        fprintf(stderr, "Incorrect Usage: %s\n\nSee 'cf help pcap'.\n", error);
        return 1;
    case OPTIONS_CAPTURE:
        break;
    }

    int status = check_output(&command);
    if (status == 0)
        status = check_disk(&command);
    if (status == 0 && cf_find(&command.cf, &command.parent) != 0)
        status = 1;
    command.cf.verbose = command.options.verbose;
    if (status == 0)
        status = look_up_instances(&command);
    if (status == 0 && !question_ask(&command.console, &command.options, &command.instances))
        status = 1;
    if (status == 0)
        status = check_parent(&command);
    if (status == 0) {
        say_what_starts(&command);
        status = capture(&command);
    }
    free(command.instances.list);
    output_free(&command.output);
    cf_free(&command.cf);
    return status;
}

/* Has the CLI a command of this name itself? On the copy of its configuration it has no plugins. */
static bool pcap_is_taken(void)
{
    static const char *const arguments[] = {"help", "pcap", NULL};
    struct cf cf = {.environment = NULL};
    struct cf_result result = {.status = -1};
    struct parent parent;
    bool taken = false;

    parent_begin(&parent);
    if (cf_find(&cf, &parent) == 0 && cf_run(&result, &cf, arguments) == 0)
        taken = result.status == 0 && strstr(result.out.text, metadata_summary) == NULL;
    cf_result_free(&result);
    cf_free(&cf);
    return taken;
}

/* A closed descriptor would be given to what is opened next, and packets or messages would go
 * there. */
static void fill_standard(void)
{
    int fd;

    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}

int main(int argc, char **argv)
{
    const char *message = argc > 2 ? argv[2] : "";

    fill_standard();

    if (strcmp(message, "SendMetadata") == 0 && argc == 3)
        return metadata_send(argv[1], pcap_is_taken());
    if (strcmp(message, "CLI-MESSAGE-UNINSTALL") == 0)
        return 0;
    if (metadata_is_command(message))
        return pcap(argc - 2, argv + 2);
    printf("cf-pcap-plugin %s, a plugin of the cf CLI. To install it:\n\n"
           "   cf install-plugin -f %s\n\nand then: cf help pcap\n",
           CF_PCAP_VERSION, argc > 0 ? argv[0] : "cf-pcap-plugin");
    return argc > 1 ? 1 : 0;
}
