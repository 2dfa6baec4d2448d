#include "output_choice.h"

#include <string.h>

struct output_choice output_choose(const struct options *options, enum system_kind standard_output,
                                   bool names_stdout, bool stderr_is_terminal)
{
    bool is_redirected = standard_output == SYSTEM_IS_PIPE || standard_output == SYSTEM_IS_FILE;

    if (options->output != NULL) {
        bool to_stdout = names_stdout || strcmp(options->output, "-") == 0;

        return (struct output_choice){.path = to_stdout ? "-" : options->output,
                                      .messages_to_stderr = to_stdout};
    }
    if (!is_redirected || !stderr_is_terminal || options->split || options_rotates(options))
        return (struct output_choice){.path = NULL};
    return (struct output_choice){
        .path = "-",
        .messages_to_stderr = true,
        .note = standard_output == SYSTEM_IS_PIPE
                    ? "Standard output is a pipe: the capture goes there (-o FILE: to a file)."
                    : "Standard output is a file: the capture goes there (-o FILE: to another).",
    };
}
