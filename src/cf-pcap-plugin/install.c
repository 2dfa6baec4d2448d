#include "install.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cf.h"
#include "metadata.h"
#include "rpc.h"
#include "system/parent.h"

/* A copy of the CLI's configuration has no plugins: they are looked for where the user's are. */
static void show_plugins_to_children(void)
{
    static const char *const homes[] = {"CF_HOME", "HOME", "USERPROFILE"};
    const char *home = getenv("CF_PLUGIN_HOME");

    for (size_t i = 0; i < sizeof homes / sizeof *homes && (home == NULL || *home == '\0'); i++)
        home = getenv(homes[i]);
    if (home != NULL)
        uv_os_setenv("CF_PLUGIN_HOME", home);
}

/* Has the CLI a command `pcap`, its own or another plugin's? Then `cf help pcap` shows that. */
static bool pcap_is_taken(void)
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

int install(const char *port)
{
    struct gob_writer call = {.used = 0};
    struct rpc_reply reply = {.result = false};

    metadata_call(&call, pcap_is_taken());
    int result = rpc_call(port, &call, &reply);
    if (result == 0 && reply.error[0] == '\0' && reply.result)
        return 0;
    fprintf(stderr, "cf-pcap: the cf CLI at port %s did not take the plugin's metadata: %s\n", port,
            result != 0 ? strerror(-result) : reply.error);
    return 1;
}
