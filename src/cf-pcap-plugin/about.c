#include "about.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <uv.h>

#include "cf_config.h"
#include "quote.h"

static void add(struct about *about, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(struct about *about, const char *format, ...)
{
    size_t used = strlen(about->comment);
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(about->comment + used, sizeof about->comment - used, format, arguments);
    va_end(arguments);
}

static const char *name_in(const struct cf_config *config, const char *field)
{
    const char *name = yyjson_get_str(
        yyjson_obj_get(yyjson_obj_get(yyjson_doc_get_root(config->parsed), field), "Name"));

    return name == NULL ? "" : name;
}

static void add_target(struct about *about, const struct cf *cf)
{
    struct cf_config config = cf_config_read(cf->home->source);

    if (config.parsed != NULL)
        add(about, "\nSpace: %.250s, org: %.250s, API: %.500s", name_in(&config, "SpaceFields"),
            name_in(&config, "OrganizationFields"), cf_config_field(&config, "Target"));
    cf_config_free(&config);
}

static void add_command(struct about *about, int argc, char *const *argv)
{
    add(about, "\nCommand: cf");
    for (int i = 0; i < argc; i++) {
        size_t used = strlen(about->comment);
        size_t plain = strspn(argv[i], "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                       "0123456789-_./:,=+@%");

        if (plain > 0 && argv[i][plain] == '\0') {
            add(about, " %s", argv[i]);
            continue;
        }
        add(about, " ");
        if (quote_word(about->comment, sizeof about->comment, argv[i]) != 0) {
            about->comment[used] = '\0';
            add(about, " ...");
            break;
        }
    }
}

void about_make(struct about *about, const struct options *options, const char *guid,
                const struct cf *cf, int argc, char *const *argv)
{
    uv_utsname_t name;

    *about = (struct about){.comment = ""};
    if (uv_os_uname(&name) == 0) {
        snprintf(about->hardware, sizeof about->hardware, "%.100s", name.machine);
        snprintf(about->os, sizeof about->os, "%.100s %.100s", name.sysname, name.release);
    }
    add(about, "App: %.250s, guid: %s\nProcess: %.250s", options->app, guid, options->process);
    add_target(about, cf);
    add_command(about, argc, argv);
}
