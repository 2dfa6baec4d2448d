#include "output_choice.h"

#include <string.h>
#include <strings.h>

static const char damage[] =
    "Standard output goes through PowerShell, which damages binary data before version 7.4: the "
    "capture will not be readable. Use -o FILE or --wireshark.";

bool output_is_damaged(const char *maker, uint32_t version)
{
    const uint32_t mended = 7U << 16 | 4;

    if (strcasecmp(maker, "pwsh.exe") == 0)
        return version != 0 && version < mended;
    return strcasecmp(maker, "powershell.exe") == 0 || strcasecmp(maker, "powershell_ise.exe") == 0;
}

struct output_choice output_choose(const struct options *options, enum system_kind standard_output,
                                   bool names_stdout, bool stderr_is_terminal, bool is_damaged)
{
    bool is_redirected = standard_output == SYSTEM_IS_PIPE || standard_output == SYSTEM_IS_FILE;

    if (options->output != NULL) {
        bool to_stdout = names_stdout || strcmp(options->output, "-") == 0;

        return (struct output_choice){.path = to_stdout ? "-" : options->output,
                                      .messages_to_stderr = to_stdout,
                                      .note = to_stdout && is_damaged ? damage : NULL};
    }
    if (!is_redirected || !stderr_is_terminal || options->split || options_rotates(options))
        return (struct output_choice){.path = NULL};
    return (struct output_choice){
        .path = "-",
        .messages_to_stderr = true,
        .note = is_damaged ? damage
                : standard_output == SYSTEM_IS_PIPE
                    ? "Standard output is a pipe: the capture goes there (-o FILE: to a file)."
                    : "Standard output is a file: the capture goes there (-o FILE: to another).",
    };
}
