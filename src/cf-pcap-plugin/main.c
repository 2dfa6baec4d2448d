/*
 * cf-pcap-plugin: `cf pcap` for the cf CLI, which starts it as
 *
 *      cf-pcap-plugin PORT SendMetadata                to install it: what can you do?
 *      cf-pcap-plugin PORT CLI-MESSAGE-UNINSTALL       before it is removed
 *      cf-pcap-plugin PORT pcap APP [OPTION]...        to capture
 *
 * with the CLI listening at 127.0.0.1:PORT; or Wireshark, as an extcap (extcap.h).
 */
#include <stdio.h>
#include <string.h>

#include "../version.h"
#include "capture_command.h"
#include "descriptors.h"
#include "extcap.h"
#include "extcap_folder.h"
#include "install.h"
#include "metadata.h"
#include "options.h"
#include "sort_keys.h"
#include "system/parent.h"
#include "system/system.h"
#include "toolbar.h"

static void print_help(void)
{
    const char *name;

    printf("USAGE:\n   ");
    for (const char *at = options_usage; *at != '\0'; at = name) {
        name = strstr(at, "CF_NAME");
        if (name == NULL) {
            printf("%s", at);
            break;
        }
        printf("%.*scf", (int)(name - at), at);
        name += strlen("CF_NAME");
    }
    printf("\n\nOPTIONS:\n");
    for (const struct option_help *help = options_help; help->name != NULL; help++)
        printf("   --%-22s %s\n", help->name, help->text);
}

/* `toolbar`: Wireshark's, or NULL. */
static int pcap(int argc, char **argv, struct toolbar *toolbar, struct extcap_outcome *outcome)
{
    static struct capture_command command;
    char error[512];

    parent_begin(&command.parent);
    command.argc = argc;
    command.argv = argv;
    command.toolbar = toolbar;
    switch (options_parse(&command.options, argc, argv, error, sizeof error)) {
    case OPTIONS_HELP:
        print_help();
        return 0;
    case OPTIONS_INSTALL_EXTCAP:
        return extcap_install();
    case OPTIONS_REMOVE_EXTCAP:
        return extcap_remove();
    case OPTIONS_SORT_KEYS:
        return sort_keys(command.options.sort_keys);
    case OPTIONS_WRONG:
        fprintf(stderr, "Incorrect Usage: %s\n\nSee 'cf help pcap'.\n", error);
        return 1;
    case OPTIONS_CAPTURE:
        break;
    }
    if (!descriptors_are_enough(DESCRIPTORS_NEEDED)) {
        fprintf(
            stderr,
            "Cannot capture: too few files may be open (ulimit -n): it takes %d beside those that "
            "are, and three for each further instance and interface.\n",
            DESCRIPTORS_NEEDED);
        return 1;
    }

    int status = capture_command_run(&command);
    *outcome = command.outcome;
    return status;
}

static int run(int argc, char **argv)
{
    const char *message = argc > 2 ? argv[2] : "";
    struct extcap extcap;
    struct extcap_outcome outcome;

    extcap_parse(&extcap, argc, argv);
    if (extcap.call != EXTCAP_NONE)
        return extcap_run(&extcap, pcap);

    if (strcmp(message, "SendMetadata") == 0 && argc == 3)
        return install(argv[1]);
    if (strcmp(message, "CLI-MESSAGE-UNINSTALL") == 0)
        return 0;
    if (metadata_is_command(message))
        return pcap(argc - 2, argv + 2, NULL, &outcome);
    printf("cf-pcap-plugin %s, a plugin of the cf CLI. To install it:\n\n"
           "   cf install-plugin -f %s\n\nand then: cf help pcap\n",
           CF_PCAP_VERSION, argc > 0 ? argv[0] : "cf-pcap-plugin");
    return argc > 1 ? 1 : 0;
}

int main(int argc, char **argv)
{
    system_begin();
    int status = system_is_guard(argc, argv) ? 0 : run(argc, argv);
    system_end();
    return status;
}
