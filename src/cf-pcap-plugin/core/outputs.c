#include "outputs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "core.h"

void outputs_mark(char mark[OUTPUT_MARK_SIZE], unsigned int index, unsigned int copy)
{
    if (copy > 1)
        snprintf(mark, OUTPUT_MARK_SIZE, "-%u-%u", index, copy);
    else
        snprintf(mark, OUTPUT_MARK_SIZE, "-%u", index);
}

/* Its share of the memory for packets that wait; those that come unexpectedly get the least. */
static size_t memory(const struct core *core)
{
    const struct core_config *config = &core->config;

    if (!config->split)
        return MERGE_MEMORY;
    size_t instances = config->expected / config->interfaces.count;
    return core->output_count < instances ? MERGE_MEMORY / instances : 0;
}

static struct core_output *add(struct core *core)
{
    const struct core_config *config = &core->config;
    void *longer = realloc((void *)core->outputs, (core->output_count + 1) * sizeof(void *));
    struct core_output *output;

    if (longer == NULL)
        return NULL;
    core->outputs = longer;
    output = calloc(1, sizeof *output);
    if (output == NULL || buffer_init(&output->buffer) != 0) {
        free(output);
        return NULL;
    }
    output->number = core->output_count;
    output->wake = UINT64_MAX;
    output->writer = (struct writer){.format = config->pcapng ? &writer_pcapng : &writer_pcap,
                                     .buffer = &output->buffer,
                                     .filter = config->filter,
                                     .about = &core->about};
    merge_init(&output->merge, config->split ? config->interfaces.count : config->expected,
               &output->writer, MERGE_WINDOW, memory(core));
    keys_begin(core, output);
    core->outputs[core->output_count++] = output;
    return output;
}

int outputs_init(struct core *core)
{
    const struct core_config *config = &core->config;
    struct core_output *output;

    if (config->split)
        return 0;
    output = add(core);
    if (output == NULL)
        return -ENOMEM;
    if (config->viewer_alone)
        snprintf(output->name, sizeof output->name, "%s", config->viewer);
    else if (config->output != NULL)
        snprintf(output->name, sizeof output->name, "%s",
                 config->to_stdout ? "standard output" : config->output);
    return 0;
}

void outputs_free(struct core *core)
{
    for (size_t i = 0; i < core->output_count; i++) {
        merge_free(&core->outputs[i]->merge);
        key_store_free(&core->outputs[i]->keys);
        buffer_free(&core->outputs[i]->buffer);
        free(core->outputs[i]);
    }
    free((void *)core->outputs);
}

struct core_output *outputs_choose(struct core *core, const struct instance *instance)
{
    struct core_output *output;

    if (!core->config.split)
        return core->outputs[0];
    for (size_t i = 0; i < core->output_count; i++)
        if (core->outputs[i]->index == instance->index &&
            core->outputs[i]->copy == instance->number)
            return core->outputs[i];
    output = add(core);
    if (output == NULL)
        return NULL;
    output->index = instance->index;
    output->copy = instance->number;
    outputs_mark(output->mark, output->index, output->copy);
    snprintf(output->name, sizeof output->name, "%s%s%s", core->config.output, output->mark,
             core->config.extension);
    return output;
}

int outputs_next(struct core *core, struct core_action *action)
{
    for (size_t i = 0; i < core->output_count; i++) {
        int kind = core_output_next(core, core->outputs[i], action);

        if (kind != ACTION_WAIT) {
            action->output = i;
            return kind;
        }
    }
    return ACTION_WAIT;
}

uint64_t outputs_wake(const struct core *core)
{
    uint64_t wake = UINT64_MAX;

    for (size_t i = 0; i < core->output_count; i++) {
        uint64_t at = core_output_wake(core, core->outputs[i]);

        if (at < wake)
            wake = at;
    }
    return wake;
}

bool outputs_are_due(const struct core *core)
{
    for (size_t i = 0; i < core->output_count; i++) {
        const struct core_output *output = core->outputs[i];

        if (output->merge_is_due && (output->state == OUTPUT_NONE || output->state == OUTPUT_READY))
            return true;
    }
    return false;
}

void outputs_finish(struct core *core)
{
    for (size_t i = 0; i < core->output_count; i++)
        merge_finish(&core->outputs[i]->merge);
}

bool outputs_are_through(const struct core *core)
{
    for (size_t i = 0; i < core->output_count; i++)
        if (!merge_is_done(&core->outputs[i]->merge))
            return false;
    return true;
}

bool outputs_were_opened(const struct core *core)
{
    for (size_t i = 0; i < core->output_count; i++)
        if (core->outputs[i]->was_opened)
            return true;
    return false;
}

bool outputs_are_closed(const struct core *core)
{
    for (size_t i = 0; i < core->output_count; i++)
        if (core->outputs[i]->state != OUTPUT_CLOSED)
            return false;
    return true;
}

int outputs_error(const struct core *core)
{
    for (size_t i = 0; i < core->output_count; i++)
        if (core->outputs[i]->error != 0)
            return core->outputs[i]->error;
    return 0;
}

const struct core_output *outputs_full_disk(const struct core *core)
{
    for (size_t i = 0; i < core->output_count; i++) {
        const struct disk *disk = &core->outputs[i]->disk;

        if (disk->known && disk->available < stop_reserve(core->config.reserve, disk->size))
            return core->outputs[i];
    }
    return NULL;
}

uint64_t outputs_packets(const struct core *core, const struct core_output *output)
{
    uint64_t packets = 0;

    for (size_t i = 0; i < core->count; i++)
        if (core->instances[i]->output == output)
            packets += core->instances[i]->session.stream.counts.packets;
    return packets;
}

uint64_t outputs_beside(const struct core *core, const struct core_output *output)
{
    uint64_t bytes = 0;

    for (size_t i = 0; i < core->output_count; i++) {
        const struct core_output *other = core->outputs[i];
        const struct writer *writer = &other->writer;
        uint64_t length = other->buffer.before + other->buffer.used;

        if (other == output)
            continue;
        if (other->cut > length) /* it failed within what was handed to it */
            length = other->cut;
        bytes += length + (uint64_t)writer->streams * writer->format->statistics_size;
    }
    return bytes;
}
