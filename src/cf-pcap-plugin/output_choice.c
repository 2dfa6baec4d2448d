#include "output_choice.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum output_kind output_kind_of(int fd)
{
    struct stat status;

    if (isatty(fd) == 1)
        return OUTPUT_IS_TERMINAL;
    if (fstat(fd, &status) != 0)
        return OUTPUT_IS_NOTHING;
    if (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode))
        return OUTPUT_IS_PIPE;
    return S_ISREG(status.st_mode) ? OUTPUT_IS_FILE : OUTPUT_IS_NOTHING;
}

bool output_is_same(const char *path, int other, int fd)
{
    struct stat one, two;
    int result = path != NULL ? stat(path, &one) : fstat(other, &one);

    return result == 0 && fstat(fd, &two) == 0 && !S_ISCHR(one.st_mode) &&
           one.st_dev == two.st_dev && one.st_ino == two.st_ino;
}

struct output_choice output_choose(const struct options *options, enum output_kind standard_output,
                                   bool names_stdout, bool stderr_is_terminal)
{
    bool is_redirected = standard_output == OUTPUT_IS_PIPE || standard_output == OUTPUT_IS_FILE;

    if (options->output != NULL) {
        bool to_stdout = names_stdout || strcmp(options->output, "-") == 0;

        return (struct output_choice){.path = to_stdout ? "-" : options->output,
                                      .messages_to_stderr = to_stdout};
    }
    if (!is_redirected || !stderr_is_terminal)
        return (struct output_choice){.path = NULL};
    return (struct output_choice){
        .path = "-",
        .messages_to_stderr = true,
        .note = standard_output == OUTPUT_IS_PIPE
                    ? "Standard output is a pipe: the capture goes there (-o FILE: to a file)."
                    : "Standard output is a file: the capture goes there (-o FILE: to another).",
    };
}
