/*
 * cf-pcap-plugin: `cf pcap` for the cf CLI, which starts it as
 *
 *      cf-pcap-plugin PORT SendMetadata                to install it: what can you do?
 *      cf-pcap-plugin PORT CLI-MESSAGE-UNINSTALL       before it is removed
 *      cf-pcap-plugin PORT pcap APP [OPTION]...        to capture
 *
 * with the CLI listening at 127.0.0.1:PORT.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../version.h"
#include "capture.h"
#include "cf.h"
#include "instances.h"
#include "lookup.h"
#include "metadata.h"
#include "options.h"
#include "output_choice.h"
#include "question.h"
#include "say.h"

/* Shared by the steps of one `cf pcap`. */
struct command {
    struct options options;
    struct cf cf;
    struct voice voice;
    char guid[REPLY_GUID_SIZE];
    struct instances instances;
    char default_path[320];
    const char *path;
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
    struct output_choice choice =
        output_choose(&command->options, output_kind_of(STDOUT_FILENO), isatty(STDERR_FILENO) == 1);
    time_t now = time(NULL);
    struct tm local;
    char date[32];

    command->voice = voice_to(choice.messages_to_stderr ? stderr : stdout);
    if (choice.note != NULL)
        say(&command->voice, "%s", choice.note);
    command->path = choice.path;
    if (command->path != NULL)
        return;
    strftime(date, sizeof date, "%Y%m%d-%H%M%S", localtime_r(&now, &local));
    snprintf(command->default_path, sizeof command->default_path, "%.200s-%s.%s",
             command->options.app, date,
             command->options.format == FORMAT_PCAPNG ? "pcapng" : "pcap");
    for (char *slash = command->default_path; (slash = strchr(slash, '/')) != NULL;)
        *slash = '_';
    command->path = command->default_path;
}

static int check_output(struct command *command)
{
    choose_output(command);
    const char *objection = output_objection(command->path);
    if (objection == NULL)
        return 0;
    say_error(&command->voice, "Cannot write %s: %s.",
              strcmp(command->path, "-") == 0 ? "standard output" : command->path, objection);
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
        say_error(&command->voice, "%s", error);
        return 1;
    }
    struct index_list list = instances_describe(all, false, skipped, sizeof skipped);
    if (list.count > 0)
        say_error(&command->voice, "Not running, and skipped: %s %s.", index_list_noun(&list),
                  skipped);
    instances_keep_running(all);
    if (all->count > 0)
        return 0;
    say_error(
        &command->voice,
        "No instance of process '%s' of app '%s' is running: there is nothing to capture. See "
        "'cf app %s'.",
        command->options.process, command->options.app, command->options.app);
    return 1;
}

static void say_what_starts(struct command *command)
{
    char list[512];

    if (command->options.filter_is_empty)
        say(&command->voice, "The filter is empty: all packets are captured.");
    if (command->options.range_count == 0) {
        say(&command->voice, "Starting capture on all instances.");
        return;
    }
    instances_describe(&command->instances, true, list, sizeof list);
    say(&command->voice, "Starting capture on instances: %s.", list);
}

/* The CLI only says "not authorized"; Cloud Controller knows whether SSH is switched off. */
static void explain_refusal(struct command *command)
{
    const char *app = command->options.app;
    char reason[256];

    switch (lookup_ssh_enabled(&command->cf, command->guid, reason, sizeof reason)) {
    case 0:
        say_error(
            &command->voice,
            "SSH into app '%s' is disabled (%s), and the capture runs over SSH. To enable it:\n"
            "   for the app:    cf enable-ssh %s\n"
            "   for its space:  cf allow-space-ssh SPACE   (as a space manager)\n"
            "and then: cf restart %s\n"
            "If it is disabled globally, ask the operator of this platform.",
            app, reason, app, app);
        break;
    default:
        say_error(
            &command->voice,
            "SSH into app '%s' was refused: you are not authorized. It takes the role space "
            "developer, and an app that was restarted since SSH was enabled; 'cf ssh %s' must "
            "work.",
            app, app);
    }
}

static int capture(struct command *command)
{
    static struct capture capture; /* too large for a stack */

    capture = (struct capture){.options = &command->options,
                               .cf = &command->cf,
                               .voice = &command->voice,
                               .path = command->path};
    int result = capture_run(&capture, &command->instances);
    if (result != 0) {
        say_error(&command->voice, "Cannot capture: %s.", strerror(-result));
        return 1;
    }
    if (!capture.saving.opened && capture.refused)
        explain_refusal(command);
    if (!capture.saving.opened)
        say_error(&command->voice, "Nothing was captured.");
    else if (strcmp(command->path, "-") == 0)
        say(&command->voice, "The capture was written to standard output.");
    else
        say(&command->voice, "Saved capture to '%s'.", command->path);
    capture_free(&capture);
    return capture.failed || !capture.saving.opened ? 1 : 0;
}

static int pcap(int argc, char **argv)
{
    static struct command command;
    char error[512];

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
    if (status == 0 && cf_find(&command.cf) != 0)
        status = 1;
    if (status == 0)
        status = look_up_instances(&command);
    if (status == 0 && !question_ask(&command.voice, &command.options, &command.instances))
        status = 1;
    if (status == 0) {
        say_what_starts(&command);
        status = capture(&command);
    }
    free(command.instances.list);
    cf_free(&command.cf);
    return status;
}

int main(int argc, char **argv)
{
    const char *message = argc > 2 ? argv[2] : "";

    if (strcmp(message, "SendMetadata") == 0 && argc == 3)
        return metadata_send(argv[1]);
    if (strcmp(message, "CLI-MESSAGE-UNINSTALL") == 0)
        return 0;
    if (strcmp(message, "pcap") == 0)
        return pcap(argc - 2, argv + 2);
    printf("cf-pcap-plugin %s, a plugin of the cf CLI. To install it:\n\n"
           "   cf install-plugin -f %s\n\nand then: cf help pcap\n",
           CF_PCAP_VERSION, argc > 0 ? argv[0] : "cf-pcap-plugin");
    return argc > 1 ? 1 : 0;
}
