/*
 * The outputs of the core: the file or pipe that all packets go to, or with `split` a file for each
 * instance.
 *
 * An output is the merge of the streams that go there, the writer and the buffer that the merge
 * writes into, and the file or pipe itself. Which output a stream goes to, one function decides
 * (outputs_choose). Each fails, is full and is closed by itself (output.c): where one fails, the
 * packets of the others go on into theirs, and the capture is over once all have failed.
 *
 * --count, --max-size and --duration are bounds of all of them together.
 */
#ifndef OUTPUTS_H
#define OUTPUTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../pcap-merge/merge.h"
#include "key_store.h"
#include "rotation.h"

struct core;
struct core_action;
struct instance;

enum output_state {
    OUTPUT_NONE,    /* not opened yet: nothing came that is to be saved */
    OUTPUT_OPENING, /* ACTION_OPEN is not answered yet */
    OUTPUT_READY,
    OUTPUT_WRITING, /* ACTION_WRITE is not answered yet */
    OUTPUT_BLOCKED, /* it takes no more, core_unblocked says when it does */
    OUTPUT_FAILED,  /* it never will again: ACTION_CUT is next */
    OUTPUT_CUT,     /* ACTION_CLOSE is next */
    OUTPUT_CLOSING,
    OUTPUT_CLOSED,
};

enum { OUTPUT_MARK_SIZE = 24 };

struct core_output {
    size_t number;               /* as actions and events name it, from 0 */
    unsigned int index, copy;    /* split: of the instances that go there (struct instance) */
    char mark[OUTPUT_MARK_SIZE]; /* split: what its name has before the extension; or "" */
    char name[320];              /* as the user is told */

    struct merge merge;
    struct writer writer;
    struct buffer buffer;  /* on its way from the merge into the file */
    struct key_store keys; /* of --tls-keys: of the instances that go there */
    uint64_t wake;         /* ms: when the merge has to be run if nothing comes */
    bool merge_is_due;     /* something came since the merge was run */
    size_t statistics;     /* instances whose counts are in it, or not to be */

    /* Changed by output.c alone, but for what rotation.c does between two files. */
    enum output_state state;
    int error;       /* negative errno of OUTPUT_FAILED and after; 0: none */
    bool was_opened; /* once, at least */
    bool is_open;
    bool is_file; /* it can be cut */
    bool is_torn; /* a pipe got a part of a record, and will not get the rest */
    uint64_t cut; /* bytes that OUTPUT_FAILED leaves in a file */
    struct rotation rotation;
    uint64_t blocked_since; /* ms */
    uint64_t flushed_at;    /* ms */
    uint64_t written;       /* bytes */
    struct disk {
        bool known;               /* the next two are */
        uint64_t available, size; /* bytes */
        uint64_t looked_at;       /* ms */
        uint64_t looked_behind;   /* `written`, then */
    } disk;

    bool told; /* the user knows of `error` */
};

/* `-0`, or `-0-2`, of the second of two instances with that index: they are of two processes of an
 * app that is deployed. */
void outputs_mark(char mark[OUTPUT_MARK_SIZE], unsigned int index, unsigned int copy);

/* Makes the output that all share; not with `split`. 0 or -ENOMEM. */
int outputs_init(struct core *core);
void outputs_free(struct core *core);

/* Which output does the instance's stream go to? It is made, if it is not there yet; NULL: there
 * was no memory. */
struct core_output *outputs_choose(struct core *core, const struct instance *instance);

/* What has to be done with them: an enum core_action_kind. */
int outputs_next(struct core *core, struct core_action *action);

/* ms: when that has to be asked again if nothing happens; UINT64_MAX: not by itself. */
uint64_t outputs_wake(const struct core *core);

/* Has something come that could be written at once? */
bool outputs_are_due(const struct core *core);

/* No packet more is wanted. */
void outputs_finish(struct core *core);

/* Are all packets that came with their outputs, or never will be? */
bool outputs_are_through(const struct core *core);

/* One was opened, whatever came of it; all are closed, those that were never opened, too. */
bool outputs_were_opened(const struct core *core);
bool outputs_are_closed(const struct core *core);

/* The error of the first one that has any, EPIPE included; 0: none. */
int outputs_error(const struct core *core);

/* Its disk is full up to the reserve. NULL: of none. */
const struct core_output *outputs_full_disk(const struct core *core);

/* Packets that it has got, in all its files. */
uint64_t outputs_packets(const struct core *core, const struct core_output *output);

/* Bytes that are in all but this one, or on their way there. */
uint64_t outputs_beside(const struct core *core, const struct core_output *output);

/* One of them (output.c). */

int core_output_next(struct core *core, struct core_output *output, struct core_action *action);
uint64_t core_output_wake(const struct core *core, const struct core_output *output);

/* Nothing can be written to it any more, which is not for want of a reader, or of time. */
bool core_output_has_failed(const struct core_output *output);

/* Has another program changed the file meanwhile, so that its content is not known? */
bool core_output_is_spoiled(const struct core_output *output);

#endif
