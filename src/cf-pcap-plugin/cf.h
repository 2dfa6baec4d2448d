/*
 * The cf CLI as a child: which one, its environment, and short commands whose output is read whole.
 */
#ifndef CF_H
#define CF_H

#include <limits.h>
#include <stddef.h>
#include <uv.h>

struct parent;

struct cf {
    const struct parent *parent; /* the CLI that started the plugin: commands end with it */
    char path[PATH_MAX];         /* of the CLI; without a slash: to be looked for in PATH */
    char **environment;          /* of children */
};

/*
 * The CLI that started the plugin, for people have several (cf7, cf8); `cf` in PATH if the parent
 * is something else. Children get this process's environment but for the CLI's own tracing, logging
 * and colours, which would get into captures and replies, and messages are in English, which
 * explanations rely on. 0 or -ENOMEM.
 */
int cf_find(struct cf *cf, const struct parent *parent);
void cf_free(struct cf *cf);

struct cf_output {
    char *text; /* terminated; the caller's to free with cf_output_free */
    size_t length;
};

struct cf_result {
    int status; /* exit status; 128 + signal if it died of one */
    struct cf_output out, err;
};

enum { CF_OUTPUT_MAX = 8 * 1024 * 1024 /* bytes; what comes after that is dropped */ };

/* Runs `cf` with these arguments (without the program's name, ended by NULL). 0, or a negative
 * errno if it could not be started; -ECANCELED: the CLI that started the plugin has ended. */
int cf_run(struct cf_result *result, const struct cf *cf, const char *const *arguments);
void cf_result_free(struct cf_result *result);

#endif
