/*
 * The file or pipe that the capture goes to.
 */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "output_files.h"
#include "system/system.h"

enum output_division {
    OUTPUT_WHOLE,
    OUTPUT_ROTATES, /* it is several files, one after the other */
    OUTPUT_SPLITS,  /* it is a file for each instance: each is an output, a part of this one */
    OUTPUT_PART,
};

/* Bytes: the header of a pcap and that of its first packet, whose time no other capture has; or a
 * part of a pcapng's. */
enum { OUTPUT_FIRST = 64 };

struct output {
    const char *path; /* "-" is standard output; NULL: a new file, NAME below */
    char *made_path;  /* of a part: `path`, if it is not NULL */
    char name[320];   /* of the new file: APP-DATE-TIME.pcap; if there is one, it becomes another's
                         when it is opened */
    const char *extension; /* pcap */
    bool was_pipe;         /* a named pipe was there when it was chosen */
    bool is_private; /* the caller's to set: a file that is there becomes readable by its owner
                        alone */
    enum output_division division;
    struct output_files files; /* OUTPUT_ROTATES; of OUTPUT_SPLITS base and extension */

    int fd;                      /* -1: not open */
    bool is_file;                /* it can be cut */
    bool is_on_disk;             /* it is a file, which the shell may have opened */
    bool is_ours;                /* to close: it is not standard output */
    struct system_pipe *pipe;    /* NULL: it is none */
    uint64_t length;             /* bytes that were written */
    bool is_shortened;           /* others have cut off some of them */
    uint8_t first[OUTPUT_FIRST]; /* of a file: the first of them */
};

/* `path`: as in struct output; where it is NULL the file is named after the app and the time. */
void output_init(struct output *output, const char *path, const char *app, bool pcapng);

/* It is to be divided into files, of which at most `keep` are left; 0: all; or into one for each
 * instance. 0 or a negative errno. output_free ends it. */
int output_rotate(struct output *output, uint64_t keep);
int output_split(struct output *output);
void output_free(struct output *output);

/* Makes the part of an output that is split: capture-0.pcap, where the mark is "-0"
 * (core/outputs.h). It is a file, and nothing else is written. 0, -ENOMEM or -ENAMETOOLONG. */
int output_part(struct output *part, const struct output *whole, const char *mark);

bool output_is_stdout(const struct output *output);

/* What the user calls it; of several files, the one that was opened last. */
const char *output_name(const struct output *output);

/* Is there a named pipe or a socket of its name? */
bool output_is_pipe(const struct output *output);

/*
 * Can it be written? Asked before anything is started; creates and changes nothing. NULL, or what
 * is wrong with it.
 */
const char *output_objection(const struct output *output);

/* What was a named pipe at output_init is opened before anything is started, and nothing is made in
 * its place. 0, also for what was none, or a negative errno; -ENXIO: it has no reader yet; -ENOENT:
 * it is not there any more, or something else is. */
int output_find_reader(struct output *output);

/*
 * Opens it. A file that is there is replaced, unless another run writes it (-EBUSY), which a lock
 * tells that the kernel drops with the process (flock(2)). A new one is readable by its owner
 * alone, because packets hold secrets; one that is named here never replaces
 * another. A pipe is widened, and written without blocking: `event` tells that there is room again,
 * or that its reader has gone (system/system.h). 0 or a negative errno.
 */
int output_open(struct output *output, struct uv_loop_s *loop, system_pipe_event *event,
                void *owner);

/* Writes; how many bytes, -EAGAIN: a pipe is full, or a negative errno. */
ptrdiff_t output_write(struct output *output, const uint8_t *bytes, size_t length);

/* Bytes that are free on its disk for this user, and of all of it; before it is opened, on that of
 * its folder. 0 or a negative errno; -ENOTSUP: it is on no disk. */
int output_disk(const struct output *output, uint64_t *available, uint64_t *size);

/* Makes a file so long. Nothing can be done where that fails. */
void output_cut(struct output *output, uint64_t length);

/* Closes. 0 or the negative errno of close(2), which may be that of a write (NFS, quotas). Of a
 * file: -ENOENT: it is not there any more under its name; -ENODATA: another program has made it
 * shorter, or its first bytes are not those that were written. The last of several files is removed
 * if it was cut to nothing. */
int output_close(struct output *output);

#endif
