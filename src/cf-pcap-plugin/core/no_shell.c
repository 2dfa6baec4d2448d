#include <stdio.h>

#include "ending.h"
#include "text.h"

/*
 * What a remote command needs is a shell: diego-sshd runs it as `SHELL -c COMMAND`. Without one, it
 * says nothing, and ends with status 255 (diego-ssh, handlers/session_channel_handler.go). On
 * Windows it runs cmd.exe, whose complaints these are.
 */

static bool contains(const struct ending *ending, const char *words)
{
    return text_find(ending->messages, ending->messages_length, words) != NULL;
}

bool ending_without_shell(const struct ending *ending, char *text, size_t size)
{
    static const char *const of_cmd[] = {
        "is not recognized as an internal or external command", "was unexpected at this time",
        "The system cannot find the path specified", "The syntax of the command is incorrect"};

    if (ending->stream->has_header || ending->status <= 0)
        return false;
    for (size_t i = 0; i < sizeof of_cmd / sizeof *of_cmd; i++)
        if (contains(ending, of_cmd[i])) {
            snprintf(text, size,
                     "it runs on Windows, and packets are captured in Linux containers "
                     "alone");
            return true;
        }
    if (ending->status == 255 && !contains(ending, "Error")) {
        snprintf(text, size,
                 "the container has no shell (such as /bin/sh), and cf ssh runs nothing without "
                 "one; an image that has one can be captured");
        return true;
    }
    return false;
}
