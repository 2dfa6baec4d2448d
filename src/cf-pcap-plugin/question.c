#include "question.h"

#include <stdio.h>
#include <unistd.h>

enum { UNASKED_MAX = 20 };

bool question_ask(struct voice *voice, const struct options *options,
                  const struct instances *instances)
{
    char list[1024], answer[16];

    if (instances->count <= UNASKED_MAX || options->yes || !voice->is_terminal ||
        isatty(STDIN_FILENO) != 1)
        return true;
    instances_describe(instances, true, list, sizeof list);
    say(voice, "app        %s", options->app);
    say(voice, "process    %s", options->process);
    say(voice, "instances  %zu: %s", instances->count, list);
    say(voice, "interface  %s", options->interface);
    say(voice, "filter     %s", options->filter == NULL ? "none: all packets" : options->filter);
    fprintf(voice->stream, "\nCapture on %zu instances? [yN]: ", instances->count);
    fflush(voice->stream);
    return fgets(answer, sizeof answer, stdin) != NULL && (answer[0] == 'y' || answer[0] == 'Y');
}
