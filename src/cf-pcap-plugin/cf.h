/*
 * The cf CLI as a child: which one, its environment, and short commands whose output is read whole.
 */
#ifndef CF_H
#define CF_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "cf_home.h"
#include "system/system.h"

struct parent;

struct cf {
    const struct parent *parent; /* the CLI that started the plugin: commands end with it */
    char path[PATH_MAX];         /* of the CLI; without a slash: to be looked for in PATH */
    char **environment;          /* of children */
    struct cf_home *home;        /* theirs */
    bool verbose; /* the caller's to set: cf_run tells on stderr what it runs, and how long that
                     took */
};

/*
 * The CLI that started the plugin, for people have several (cf7, cf8); if the parent is something
 * else, `cf`, `cf8` or `cf7` in PATH or in the usual places (program.h). Children get this
 * process's environment, with these changes:
 *
 * - their configuration is a copy of the user's (cf_home.h);
 * - the CLI's tracing on standard output, its logging and its colours are off, for they would get
 *   into captures and replies; CF_TRACE=FILE, which writes into that file, is left as it is;
 * - messages are in English, which explanations rely on.
 *
 * 0 or -ENOMEM.
 */
int cf_find(struct cf *cf, const struct parent *parent);

/* Does the CLI write what it sends and gets into a file (CF_TRACE, `cf config --trace`)? */
bool cf_is_traced(const struct cf *cf);

/* No child may run any more. */
void cf_free(struct cf *cf);

struct cf_output {
    char *text; /* terminated; the caller's to free with cf_result_free */
    size_t length;
};

struct cf_result {
    int status; /* exit status; 128 + signal if it died of one */
    struct cf_output out, err;
};

enum { CF_OUTPUT_MAX = 8 * 1024 * 1024 /* bytes; what comes after that is dropped */ };

/* Runs `cf` with these arguments (without the program's name, ended by NULL). 0, or a negative
 * errno if it could not be started; -ECANCELED: the CLI that started the plugin has ended; -EINTR:
 * a signal asked to stop. In both cases it is killed. */
int cf_run(struct cf_result *result, const struct cf *cf, const char *const *arguments);
void cf_result_free(struct cf_result *result);

/* Kills a child that was started in a session of its own, with all that it has started there: `cf`
 * may be a script around the CLI. */
void cf_kill(const uv_process_t *process);

#endif
