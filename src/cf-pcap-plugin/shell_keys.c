#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "child.h"
#include "shell.h"

static int make_room(struct shell *shell)
{
    size_t room = shell->core.count + 16;
    void *followers;

    if (shell->core.count < shell->room_for_followers)
        return 0;
    followers = realloc((void *)shell->followers, room * sizeof(void *));
    if (followers == NULL)
        return -ENOMEM;
    shell->followers = followers;
    memset(shell->followers + shell->room_for_followers, 0,
           (room - shell->room_for_followers) * sizeof(void *));
    shell->room_for_followers = room;
    return 0;
}

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
        shell->followers[number] = child;
    return error;
}

void shell_keys_perform(struct shell *shell, const struct core_action *action)
{
    int error = make_room(shell);
    struct child *child = error == 0 ? shell->followers[action->session] : NULL;

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
        shell->followers[action->session] = NULL;
    }
}
