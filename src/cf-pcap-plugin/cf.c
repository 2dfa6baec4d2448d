#include "cf.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cf_call.h"
#include "cf_config.h"
#include "program.h"
#include "signals.h"
#include "system/parent.h"
#include "system/system.h"

/* A variable of children: what they get instead of what this process has. */
struct change {
    const char *name, *value; /* value NULL: not at all */
};
enum { CHANGES = 5 };

static bool is_changed(const struct change changes[CHANGES], const char *name)
{
    for (size_t i = 0; i < CHANGES; i++)
        if (strcmp(name, changes[i].name) == 0)
            return true;
    return false;
}

static char *entry_of(const char *name, const char *value)
{
    size_t size = strlen(name) + strlen(value) + 2;
    char *entry = malloc(size);

    if (entry != NULL)
        snprintf(entry, size, "%s=%s", name, value);
    return entry;
}

/* Of a setting of tracing. What is no boolean (Go's strconv.ParseBool knows these) is a file. */
static bool is_file(const char *value)
{
    static const char *const booleans[] = {"",  "1", "t", "T",     "true",  "True", "TRUE",
                                           "0", "f", "F", "false", "False", "FALSE"};

    for (size_t i = 0; value != NULL && i < sizeof booleans / sizeof *booleans; i++)
        if (strcmp(value, booleans[i]) == 0)
            return false;
    return value != NULL;
}

/* false wins over the tracing of `cf config --trace true`. */
static const char *trace(void)
{
    const char *value = getenv("CF_TRACE");

    return is_file(value) ? value : "false";
}

bool cf_is_traced(const struct cf *cf)
{
    struct cf_config config = cf_config_read(cf->home->source);
    bool is_traced = is_file(getenv("CF_TRACE")) || is_file(cf_config_field(&config, "Trace"));

    cf_config_free(&config);
    return is_traced;
}

static char **make_environment(const struct cf_home *home)
{
    const char *user_home = getenv("CF_HOME");
    const struct change changes[CHANGES] = {
        {"CF_TRACE", trace()},
        {"CF_COLOR", "false"},
        {"CF_LOG_LEVEL", NULL},
        {"LC_ALL", "en_US.UTF-8"},
        {"CF_HOME", home->folder[0] != '\0' ? home->folder : user_home},
    };
    uv_env_item_t *items;
    int count;
    size_t used = 0;

    if (uv_os_environ(&items, &count) != 0)
        return NULL;
    char **environment = calloc((size_t)count + CHANGES + 1, sizeof *environment);
    for (int i = 0; environment != NULL && i < count; i++)
        if (!is_changed(changes, items[i].name))
            environment[used++] = entry_of(items[i].name, items[i].value);
    uv_os_free_environ(items, count);
    if (environment == NULL)
        return NULL;
    for (size_t i = 0; i < CHANGES; i++)
        if (changes[i].value != NULL)
            environment[used++] = entry_of(changes[i].name, changes[i].value);
    return environment;
}

/* A CLI that was replaced while it runs has " (deleted)" behind its name: it cannot be run. */
static bool parent_is_cf(int pid, char *path, size_t size)
{
    return system_program_of(pid, path, size) == 0 && system_is_program(path, "cf");
}

int cf_find(struct cf *cf, const struct parent *parent)
{
    static const char *const names[] = {"cf", "cf8", "cf7"};
    bool found = parent_is_cf(parent->pid, cf->path, sizeof cf->path);

    cf->parent = parent;
    for (size_t i = 0; !found && i < sizeof names / sizeof *names; i++)
        found = program_find(names[i], cf->path, sizeof cf->path) == 0;
    if (!found)
        snprintf(cf->path, sizeof cf->path, "cf");
    cf->home = malloc(sizeof *cf->home);
    if (cf->home == NULL)
        return -ENOMEM;
    cf_home_make(cf->home); /* without a copy, it works but for what happens at the same time */
    cf->environment = make_environment(cf->home);
    return cf->environment == NULL ? -ENOMEM : 0;
}

void cf_free(struct cf *cf)
{
    for (char **entry = cf->environment; entry != NULL && *entry != NULL; entry++)
        free(*entry);
    free((void *)cf->environment);
    if (cf->home != NULL)
        cf_home_remove(cf->home);
    free(cf->home);
}

void cf_kill(const uv_process_t *process)
{
    system_kill_group(uv_process_get_pid(process));
}

/* A command that is waited for, as long as the parent is there and no signal comes. */
struct run {
    struct cf_call call;
    struct parent_watch parent;
    struct signals signals;
    int given_up; /* negative errno, why; 0: it was not */
};

static void on_done(struct cf_call *call)
{
    struct run *run = call->owner;

    parent_unwatch(&run->parent);
    signals_unwatch(&run->signals);
}

static void give_up(struct run *run, int reason)
{
    run->given_up = reason;
    cf_call_kill(&run->call);
}

static void on_parent_gone(void *owner)
{
    give_up(owner, -ECANCELED);
}

static void on_signal(void *owner, int number)
{
    (void)number;
    give_up(owner, -EINTR);
}

static int run(struct cf_result *result, const struct cf *cf, const char *const *arguments)
{
    struct run run = {.call = {.cf = cf, .done = on_done, .owner = &run}};
    uv_loop_t loop;
    int error = uv_loop_init(&loop);

    *result = (struct cf_result){.status = -1};
    if (error != 0)
        return system_error(error);
    error = cf_call_start(&run.call, &loop, arguments);
    if (error == 0) {
        parent_watch(&run.parent, cf->parent, &loop, on_parent_gone, &run);
        signals_watch(&run.signals, &loop, on_signal, &run);
    }
    uv_run(&loop, UV_RUN_DEFAULT);
    uv_loop_close(&loop);
    *result = run.call.result;
    return error == 0 ? run.given_up : error;
}

int cf_run(struct cf_result *result, const struct cf *cf, const char *const *arguments)
{
    uint64_t began = uv_hrtime();

    if (cf->verbose) {
        fprintf(stderr, "cf-pcap: %s", cf->path);
        for (const char *const *argument = arguments; *argument != NULL; argument++)
            fprintf(stderr, " %s", *argument);
        fprintf(stderr, "\n");
    }
    int error = run(result, cf, arguments);
    if (cf->verbose)
        fprintf(stderr, "%scf-pcap: status %d after %.2f s\n", error == 0 ? result->err.text : "",
                error == 0 ? result->status : error, (double)(uv_hrtime() - began) / 1e9);
    return error;
}

void cf_result_free(struct cf_result *result)
{
    free(result->out.text);
    free(result->err.text);
}
