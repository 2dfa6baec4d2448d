#include "metadata.h"

#include <stdio.h>
#include <string.h>

#include "../version.h"
#include "options.h"
#include "rpc.h"

enum type_id {
    METADATA = RPC_FIRST_ARGUMENT_ID,
    VERSION,
    COMMAND_LIST,
    COMMAND,
    USAGE,
    OPTION_MAP,
};

static void define_types(struct gob_writer *call)
{
    static const struct gob_field metadata[] = {
        {"Name", GOB_STRING},       {"Version", VERSION},       {"LibraryVersion", VERSION},
        {"MinCliVersion", VERSION}, {"Commands", COMMAND_LIST},
    };
    static const struct gob_field version[] = {
        {"Major", GOB_INT}, {"Minor", GOB_INT}, {"Build", GOB_INT}};
    static const struct gob_field command[] = {{"Name", GOB_STRING},
                                               {"Alias", GOB_STRING},
                                               {"HelpText", GOB_STRING},
                                               {"UsageDetails", USAGE}};
    static const struct gob_field usage[] = {{"Usage", GOB_STRING}, {"Options", OPTION_MAP}};

    gob_put_struct_type(call, METADATA, "PluginMetadata", metadata, 5);
    gob_put_struct_type(call, VERSION, "VersionType", version, 3);
    gob_put_slice_type(call, COMMAND_LIST, COMMAND);
    gob_put_struct_type(call, COMMAND, "Command", command, 4);
    gob_put_struct_type(call, USAGE, "Usage", usage, 2);
    gob_put_map_type(call, OPTION_MAP, GOB_STRING, GOB_STRING);
}

static void put_field(struct gob_writer *gob, unsigned int step, const char *text)
{
    gob_put_uint(gob, step);
    gob_put_string(gob, text);
}

/* A field of value zero is left out. */
static void put_version(struct gob_writer *gob, const int numbers[3])
{
    unsigned int step = 1;

    for (int i = 0; i < 3; i++, step++) {
        if (numbers[i] == 0)
            continue;
        gob_put_uint(gob, step);
        gob_put_int(gob, numbers[i]);
        step = 0;
    }
    gob_put_uint(gob, 0);
}

const char metadata_summary[] = "Capture network packets of an app's instances into one file";

static const char name[] = "pcap", second_name[] = "pcap-app";

bool metadata_is_command(const char *command)
{
    return strcmp(command, name) == 0 || strcmp(command, second_name) == 0;
}

/* The usage with "CF_NAME pcap" as "CF_NAME pcap-app"; cut if there is no room. */
static void rename_in_usage(char *to, size_t size)
{
    static const char before[] = "CF_NAME pcap";
    size_t used = 0;

    to[0] = '\0';
    for (const char *at = options_usage, *next; used < size; at = next) {
        next = strstr(at, before);
        if (next == NULL) {
            snprintf(to + used, size - used, "%s", at);
            return;
        }
        used += (size_t)snprintf(to + used, size - used, "%.*sCF_NAME %s", (int)(next - at), at,
                                 second_name);
        next += sizeof before - 1;
    }
}

static void put_command(struct gob_writer *gob, bool taken)
{
    char usage[4096];
    size_t count = 0;

    put_field(gob, 1, taken ? second_name : name);
    if (!taken)
        put_field(gob, 1, second_name);
    put_field(gob, taken ? 2 : 1, metadata_summary); /* a field of value zero is left out */
    gob_put_uint(gob, 1);
    if (taken)
        rename_in_usage(usage, sizeof usage);
    put_field(gob, 1, taken ? usage : options_usage);
    gob_put_uint(gob, 1);
    while (options_help[count].name != NULL)
        count++;
    gob_put_uint(gob, count);
    for (size_t i = 0; i < count; i++) {
        gob_put_string(gob, options_help[i].name);
        gob_put_string(gob, options_help[i].text);
    }
    gob_put_uint(gob, 0); /* end of Usage */
    gob_put_uint(gob, 0); /* end of Command */
}

void metadata_call(struct gob_writer *call, bool taken)
{
    static const int version[] = {CF_PCAP_VERSION_MAJOR, CF_PCAP_VERSION_MINOR,
                                  CF_PCAP_VERSION_BUILD};
    static const int library_version[] = {1, 0, 0}; /* of the plugin protocol */
    static const int cli_version[] = {7, 0, 0};     /* the oldest with the v3 API */
    struct gob_writer value = {.used = 0};

    rpc_begin(call, "CliRpcCmd.SetPluginMetadata");
    define_types(call);
    gob_put_int(&value, METADATA);
    put_field(&value, 1, "cf-pcap");
    gob_put_uint(&value, 1);
    put_version(&value, version);
    gob_put_uint(&value, 1);
    put_version(&value, library_version);
    gob_put_uint(&value, 1);
    put_version(&value, cli_version);
    gob_put_uint(&value, 1);
    gob_put_uint(&value, 1); /* one command */
    put_command(&value, taken);
    gob_put_uint(&value, 0); /* end of PluginMetadata */
    gob_put_message(call, &value);
}
