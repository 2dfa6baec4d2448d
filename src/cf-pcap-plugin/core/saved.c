/* What was saved, and where: the last lines. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../index_list.h"
#include "tell.h"
#include "text.h"

/* Of a capture that was divided: `part`, or all of it. */
static void saved_files(struct core *core, const struct core_output *output, bool part)
{
    const struct rotation *rotation = &output->rotation;
    const char *last = rotation->dropped ? rotation->last : output->name;
    uint64_t files = rotation->files - rotation->lost - (rotation->dropped ? 1 : 0);
    char packets[40] = "", several[64] = "", removed[64] = "", left[64] = "";

    if (part)
        snprintf(packets, sizeof packets, ": %" PRIu64 " packets", outputs_packets(core, output));
    if (files > 1)
        snprintf(several, sizeof several, "%" PRIu64 " files, the last is ", files);
    if (rotation->removed > 0)
        snprintf(removed, sizeof removed, "; the first %" PRIu64 " were removed (--keep)",
                 rotation->removed);
    if (rotation->left > 0)
        snprintf(left, sizeof left, ", but for %" PRIu64 " that another program has changed",
                 rotation->left);
    TEXT(core, "Saved %scapture to %s'%s'%s%s%s.", part ? "part of the " : "", several, last,
         packets, removed, left);
}

/* Without --split. */
static bool saved(struct core *core, const struct core_output *output)
{
    const char *quote = core->config.to_stdout || core->config.viewer_alone ? "" : "'";
    bool part = core_output_has_failed(output) || tell_lost(core) > 0;
    uint64_t packets = outputs_packets(core, output);

    if (!output->was_opened || core_output_is_spoiled(output) ||
        (core->viewer_failed && core->config.viewer_alone))
        return false;
    if (output->is_torn)
        TEXT(core, "A part of the capture was written to %s; it ends within a packet.",
             output->name);
    else if (core->config.viewer_alone && !core_output_has_failed(output))
        TEXT(core, "%s was shown in %s.", part ? "A part of the capture" : "The capture",
             output->name);
    else if (!part && core->config.to_stdout)
        TEXT(core, "The capture was written to standard output.");
    else if (!part && output->rotation.files > 1)
        saved_files(core, output, false);
    else if (!part)
        TEXT(core, "Saved capture to '%s'.", output->name);
    else if (output->rotation.files > 1 && (!output->rotation.empty || output->rotation.dropped))
        saved_files(core, output, true);
    else if (packets > 0 && !output->rotation.empty)
        TEXT(core, "Saved part of the capture to %s%s%s: %" PRIu64 " packets.", quote, output->name,
             quote, packets);
    else
        TEXT(core, "Nothing was saved: %s%s%s holds no packet.", quote, output->name, quote);
    return true;
}

/* With --split: the files of which the same is to be said, in a line that a hundred do not make
 * longer than three do. */
struct group {
    char text[1024];
    uint64_t packets;
    size_t count;
};

static void gather(const struct core *core, bool failed, struct group *group)
{
    const struct core_output *first = NULL, *last = NULL;
    char text[160];
    struct index_list list;

    *group = (struct group){.count = 0};
    index_list_begin(&list, text, sizeof text);
    for (size_t i = 0; i < core->count; i++) {
        const struct core_output *output = core->ordered[i]->output;

        if (output == last || !output->was_opened || core_output_has_failed(output) != failed ||
            core_output_is_spoiled(output)) /* last: of another interface */
            continue;
        group->count++;
        group->packets += outputs_packets(core, output);
        first = first == NULL ? output : first;
        last = output;
        index_list_add_copy(&list, output->index, output->copy);
    }
    if (group->count == 1)
        snprintf(group->text, sizeof group->text, "'%s'", first->name);
    else if (group->count == 2)
        snprintf(group->text, sizeof group->text, "'%s' and '%s'", first->name, last->name);
    else if (group->count > 2)
        snprintf(group->text, sizeof group->text, "%zu files, '%s' to '%s', of instances %s",
                 group->count, first->name, last->name, text);
}

static bool saved_whole(struct core *core)
{
    struct group group;

    gather(core, false, &group);
    TEXT(core, "Saved capture to %s.", group.text);
    return group.count > 0;
}

static bool saved_part(struct core *core)
{
    struct group group;

    gather(core, true, &group);
    if (group.packets > 0)
        TEXT(core, "Saved part of the capture to %s: %" PRIu64 " packets.", group.text,
             group.packets);
    else if (group.count == 1)
        TEXT(core, "Nothing was saved: %s holds no packet.", group.text);
    else
        TEXT(core, "Nothing was saved in %s.", group.text);
    return group.count > 0;
}

bool tell_saved(struct core *core)
{
    unsigned int *step = &core->telling.saved;

    if (!core->config.split)
        return (*step)++ == 0 && saved(core, core->outputs[0]);
    if (*step == 0) {
        *step = 1;
        if (saved_whole(core))
            return true;
    }
    if (*step > 1)
        return false;
    *step = 2;
    return saved_part(core);
}

static bool is_like(const struct core_output *output, const struct core_output *told)
{
    return !output->told && output->error == told->error && output->was_opened == told->was_opened;
}

bool tell_same_outputs(struct core *core)
{
    while (core->telling.same_output < core->output_count) {
        const struct core_output *told = core->outputs[core->telling.same_output++];
        char text[160];
        struct index_list list;

        index_list_begin(&list, text, sizeof text);
        for (size_t i = 0; told->told && i < core->count; i++)
            if (is_like(core->ordered[i]->output, told))
                index_list_add_copy(&list, core->ordered[i]->index, core->ordered[i]->number);
        if (list.count == 0)
            continue;
        TEXT(core, "The same for the file%s of %s %s.", list.count == 1 ? "" : "s",
             index_list_noun(&list), text);
        return true;
    }
    return false;
}
