#include "capture_command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "advice.h"
#include "aftermath.h"
#include "check.h"
#include "lookup.h"
#include "question.h"
#include "shell.h"

static int look_up_instances(struct capture_command *command)
{
    struct instances *all = &command->instances;
    char error[LOOKUP_ERROR_SIZE], skipped[256];

    if (lookup_guid(&command->cf, command->options.app, command->guid, error) != 0 ||
        lookup_instances(&command->cf, command->guid, command->options.process, all, error) != 0) {
        console_error(&command->console, "%s", error);
        return 1;
    }
    if (all->beside > 0)
        console_error(&command->console, "%s The new one is %scaptured%s.", advice_deployed,
                      command->options.follow ? "" : "not ",
                      command->options.follow ? " after that" : "");
    if (instances_choose(all, command->options.ranges, command->options.range_count, error,
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

static void say_where(struct capture_command *command, const char *list)
{
    const struct options *options = &command->options;
    const struct output_files *files = &command->output.files;
    char parts[PATH_MAX + 64], interfaces[INTERFACES_TEXT_SIZE];

    snprintf(parts, sizeof parts, "%s-INDEX%s", files->base, files->extension);
    console_line(&command->console, "%s %s, %s, %s -> %s", options->app, list,
                 interfaces_text(interfaces, &options->interfaces, "and"),
                 options->filter == NULL ? "all packets" : options->filter,
                 capture_output_is_viewer(command) ? command->viewer.name
                 : options->split                  ? parts
                                                   : output_name(&command->output));
}

static void say_what_starts(struct capture_command *command)
{
    const struct instances *instances = &command->instances;
    size_t running = instances_running(instances);
    char list[512];

    if (command->options.filter_is_empty)
        console_line(&command->console, "The filter is empty: all packets are captured.");
    instances_describe(instances, true, list, sizeof list);
    if (running == 0)
        console_line(&command->console, "Starting capture as soon as an instance runs.");
    else if (running < instances->count || instances->beside > 0)
        console_line(&command->console, "Starting capture on %zu of %zu instances: %s.", running,
                     instances->count + instances->beside, list);
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

static int capture(struct capture_command *command)
{
    static struct shell shell; /* too large for a stack */

    shell = (struct shell){.options = &command->options,
                           .cf = &command->cf,
                           .console = &command->console,
                           .output = capture_output_is_viewer(command) ? NULL : &command->output,
                           .about = &command->about,
                           .viewer = command->options.wireshark ? &command->viewer : NULL,
                           .toolbar = command->toolbar,
                           .parent = &command->parent,
                           .guid = command->guid};
    int result = shell_run(&shell, &command->instances);
    command->outcome.began = outputs_were_opened(&shell.core);
    command->outcome.unwanted = result == -ENOENT || result == -ECANCELED ||
                                shell.core.stop.reason == STOP_USER ||
                                shell.core.stop.reason == STOP_CF_GONE;
    keys_tell_late(&shell.core, command->outcome.warning, sizeof command->outcome.warning);
    if (result == -ENOENT) {
        console_error(&command->console, "Cannot write %s: the named pipe is not there any more.",
                      output_name(&command->output));
        shell.status = 1;
    } else if (result != 0) {
        console_error(&command->console, "Cannot capture: %s.",
                      result == -ECANCELED ? "cf has ended" : strerror(-result));
        shell.status = 1;
    } else if (!command->outcome.began) {
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
static int check(struct capture_command *command)
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
static int check_parent(struct capture_command *command)
{
    if (!parent_is_gone(&command->parent))
        return 0;
    console_error(&command->console, "cf has ended, and so the capture is not started.");
    return 1;
}

static int look_up_and_capture(struct capture_command *command)
{
    if (look_up_instances(command) != 0 || capture_output_check_parts(command) != 0)
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

int capture_command_run(struct capture_command *command)
{
    bool checks = command->options.check;
    int status = checks ? 0 : capture_output_choose(command);

    if (status == 0 && !checks)
        status = capture_output_look_at_disk(command);
    if (status == 0 && cf_find(&command->cf, &command->parent) != 0)
        status = 1;
    command->cf.verbose = command->options.verbose;
    if (status == 0)
        status = checks ? check(command) : look_up_and_capture(command);
    free(command->instances.list);
    output_free(&command->output);
    cf_free(&command->cf);
    return status;
}
