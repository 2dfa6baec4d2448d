#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "child.h"
#include "shell.h"

static int start(struct shell *shell, size_t number)
{
    struct child *child = calloc(1, sizeof *child);
    unsigned int index = shell->core.instances[number]->index;
    char name[32];
    const struct child_task task = {.cf = shell->cf,
                                    .app = shell->options->app,
                                    .process = shell->options->process,
                                    .command = shell->command_keys,
                                    .index = index,
                                    .name = name,
                                    .is_first = !shell->followed_keys};

    if (child == NULL)
        return -ENOMEM;
    snprintf(name, sizeof name, "%u (TLS keys)", index);
    shell->followed_keys = true;
    *child = (struct child){.core = &shell->core,
                            .session = number,
                            .follows_keys = true,
                            .before = shell_tell_time,
                            .owner = shell};
    int error = child_start(child, &shell->loop, &task);
    if (error == 0)
        shell->followers.at[number] = child;
    return error;
}

void shell_keys_perform(struct shell *shell, const struct core_action *action)
{
    int error = pointers_make_room(&shell->followers, shell->core.count);
    struct child *child = error == 0 ? shell->followers.at[action->session] : NULL;

    if (action->kind == ACTION_KEYS_START) {
        if (error == 0)
            error = start(shell, action->session);
        if (error != 0)
            core_keys_start_failed(&shell->core, action->session, error);
    } else if (child != NULL && action->kind == ACTION_KEYS_END_INPUT) {
        child_end_input(child);
    } else if (child != NULL && action->kind == ACTION_KEYS_KILL) {
        child_kill(child);
    } else if (child != NULL) {
        child_let_go(child);
        shell->followers.at[action->session] = NULL;
    }
}
