#include "question.h"

#include <stdio.h>
#include <unistd.h>

#include "system/system.h"

enum { UNASKED_MAX = 20 };

bool question_ask(struct console *console, const struct options *options,
                  const struct instances *instances)
{
    size_t count = instances_running(instances);
    char list[1024], answer[16], interfaces[INTERFACES_TEXT_SIZE];

    if (count <= UNASKED_MAX || options->yes || !console->is_terminal ||
        !system_is_terminal(STDIN_FILENO))
        return true;
    instances_describe(instances, true, list, sizeof list);
    console_line(console, "app        %s", options->app);
    console_line(console, "process    %s", options->process);
    console_line(console, "instances  %zu: %s", count, list);
    console_line(console, "interface  %s",
                 interfaces_text(interfaces, &options->interfaces, "and"));
    console_line(console, "filter     %s",
                 options->filter == NULL ? "none: all packets" : options->filter);
    fprintf(console->stream, "\nCapture on %zu instances? [yN]: ", count);
    fflush(console->stream);
    return fgets(answer, sizeof answer, stdin) != NULL && (answer[0] == 'y' || answer[0] == 'Y');
}
