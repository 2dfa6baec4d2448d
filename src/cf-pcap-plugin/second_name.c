#include "second_name.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cf.h"
#include "metadata.h"
#include "parent.h"

/* A copy of the CLI's configuration has no plugins: they are looked for where the user's are. */
static void show_plugins_to_children(void)
{
    static const char *const homes[] = {"CF_HOME", "HOME", "USERPROFILE"};
    const char *home = getenv("CF_PLUGIN_HOME");

    for (size_t i = 0; i < sizeof homes / sizeof *homes && (home == NULL || *home == '\0'); i++)
        home = getenv(homes[i]);
    if (home != NULL)
        setenv("CF_PLUGIN_HOME", home, 1);
}

/* Has the CLI a command `pcap`, its own or another plugin's? Then `cf help pcap` shows that. */
bool second_name_alone(void)
{
    static const char *const arguments[] = {"help", "pcap", NULL};
    struct cf cf = {.environment = NULL};
    struct cf_result result = {.status = -1};
    struct parent parent;
    bool taken = false;

    parent_begin(&parent);
    show_plugins_to_children();
    if (cf_find(&cf, &parent) == 0 && cf_run(&result, &cf, arguments) == 0)
        taken = result.status == 0 && strstr(result.out.text, metadata_summary) == NULL;
    cf_result_free(&result);
    cf_free(&cf);
    if (taken)
        fprintf(stderr, "The command 'cf pcap' is another's: this plugin's is 'cf pcap-app'.\n");
    return taken;
}
