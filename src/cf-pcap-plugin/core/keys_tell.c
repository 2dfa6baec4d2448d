/* What the user is told about TLS keys. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../index_list.h"
#include "../quote.h"
#include "core.h"
#include "session_list.h"
#include "tell.h"

/* Those that say the same of the file, in one line. */
static bool place(struct core *core, enum follower_place place, const char *words)
{
    char text[128];
    struct index_list list;

    index_list_begin(&list, text, sizeof text);
    for (size_t i = 0; i < core->keys.count; i++) {
        const struct instance *instance = core->ordered[i];
        struct follower *follower = &core->keys.followers[instance->session.number];

        if (follower->place != place || follower->place_told || follower->state != FOLLOWER_RUNS)
            continue;
        follower->place_told = true;
        index_list_add_copy(&list, instance->index, instance->number);
    }
    if (list.count > 0)
        TEXT(core, "TLS keys: in %s %s %s %s.", index_list_noun(&list), text, core->config.tls_keys,
             words);
    return list.count > 0;
}

static bool failure(struct core *core)
{
    for (size_t i = 0; i < core->keys.count; i++) {
        struct follower *follower = &core->keys.followers[i];
        char said[160], name[SESSION_NAME_SIZE];

        if (follower->attempts < 2 || follower->failure_told || core->stop.reason != STOP_NONE)
            continue;
        follower->failure_told = true;
        quote_for_display(said, sizeof said, follower->said, strlen(follower->said));
        TEXT(core, "TLS keys: %s of instance %s cannot be followed (%s). It is tried again.",
             core->config.tls_keys, instance_name(name, core->instances[i]),
             said[0] == '\0' ? "its session ended" : said);
        return true;
    }
    return false;
}

int keys_tell(struct core *core)
{
    if (keys_are_awaited(core))
        return ACTION_WAIT;
    if (place(core, PLACE_MISSING, "is not there yet; it is read as soon as it is"))
        return ACTION_SAY;
    if (place(core, PLACE_UNREADABLE, "may not be read by the app's user") ||
        place(core, PLACE_FOLDER, "is a folder, and is to be a file") || failure(core))
        return ACTION_WARN;
    return ACTION_WAIT;
}

/* Was the file followed, by the follower of any of its interfaces? */
static bool was_followed(const struct core *core, const struct instance *instance)
{
    for (size_t i = 0; i < core->keys.count; i++)
        if (core->keys.followers[i].was_ready && core->instances[i]->index == instance->index &&
            core->instances[i]->number == instance->number)
            return true;
    return false;
}

bool keys_failed(const struct core *core)
{
    for (size_t i = 0; i < core->keys.count; i++) {
        const struct follower *follower = &core->keys.followers[i];
        bool cannot = follower->place == PLACE_UNREADABLE || follower->place == PLACE_FOLDER ||
                      follower->attempts > 1 || /* as is told */
                      (follower->attempts > 0 && !was_followed(core, core->instances[i]));

        if (core->instances[i]->session.stream.opened && cannot)
            return true;
    }
    return false;
}

static uint64_t written(const struct core *core)
{
    uint64_t count = 0;

    for (size_t i = 0; i < core->output_count; i++)
        count += core->outputs[i]->writer.secret_lines;
    return count;
}

/* For want of memory, of time to write them, or of room (--max-size). */
static uint64_t dropped(const struct core *core)
{
    return core->keys.came + core->keys.dropped - written(core);
}

void keys_tell_late(const struct core *core, char *text, size_t size)
{
    uint64_t late = core->keys.late;

    text[0] = '\0';
    if (late > 0)
        snprintf(text, size,
                 "The keys of %" PRIu64 " TLS connection%s came after the first packets, and "
                 "Wireshark does not use them for those.",
                 late, late == 1 ? "" : "s");
}

int keys_tell_closing(struct core *core)
{
    enum { CAME, LATE, DROPPED, END };
    struct keys *keys = &core->keys;
    const struct core_output *output = core->output_count > 0 ? core->outputs[0] : NULL;
    bool is_file = core->output_count == 1 && output->is_file && output->rotation.files == 1;

    if (core->config.tls_keys == NULL || !outputs_were_opened(core))
        return ACTION_WAIT;
    switch (keys->told++) {
    case CAME:
        if (keys->came == 0) {
            TEXT(core,
                 "No TLS key came from %s: the app has to write its keys there, as lines of a "
                 "key log (SSLKEYLOGFILE).",
                 core->config.tls_keys);
            return ACTION_WARN;
        }
        if (written(core) > 0) {
            TEXT(core,
                 "The capture has %" PRIu64 " TLS key%s of the app: with them anyone can read that "
                 "traffic. 'editcap --discard-all-secrets' takes them out.",
                 written(core), written(core) == 1 ? "" : "s");
            return ACTION_SAY;
        }
        keys->told++;
        /* fall through */
    case LATE:
        if (keys->late > 0) {
            char text[160];

            keys_tell_late(core, text, sizeof text);
            TEXT(core, "%s%s%s%s", text, is_file ? " 'cf pcap --sort-keys " : "",
                 is_file ? output->name : "", is_file ? "' puts them in front." : "");
            return ACTION_WARN;
        }
        keys->told++;
        /* fall through */
    case DROPPED:
        if (dropped(core) > 0) {
            TEXT(core, "%" PRIu64 " TLS keys were dropped: more came than could be written.",
                 dropped(core));
            return ACTION_WARN;
        }
        /* fall through */
    default:
        keys->told = END;
        return ACTION_WAIT;
    }
}
