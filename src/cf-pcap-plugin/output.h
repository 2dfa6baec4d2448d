/*
 * The file that is written: records are gathered in a buffer and written in as few calls as may be.
 */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { OUTPUT_BUFFER = 1 << 20 /* bytes */ };

struct output {
    int fd;            /* -1 until output_open */
    bool opened;       /* the file is this struct's to close */
    int restore_flags; /* of fd, to be set again at the end; -1: as they are */
    size_t used, done; /* bytes in the buffer, and of these written */
    uint64_t written;  /* bytes written before the buffer's first */
    uint8_t *buffer;   /* never NULL after output_init */
};

/*
 * Makes a pipe hold 256 KiB: with the usual 64 KiB (pipe(7)) reader and writer take four turns
 * where one would do. Where that is refused it stays as it is.
 */
void output_widen_pipe(int fd);

/* Allocates the buffer. 0 or -ENOMEM. */
int output_init(struct output *output);

/*
 * Can `path` be written? Asked before anything is started; creates and changes nothing. NULL, or
 * what is wrong with it. "-" is standard output.
 */
const char *output_objection(const char *path);

/* A named pipe, whose opening waits for a reader: to be opened while ^C still ends the program. */
bool output_is_pipe(const char *path);

/*
 * Opens `path`, replacing a file that is there; a new one is readable by its owner alone, for
 * captured packets are nobody else's business. A pipe is widened, and written without blocking. 0
 * or a negative errno.
 */
int output_open(struct output *output, const char *path);

/*
 * Room for a record of `length` bytes, at most OUTPUT_BUFFER; writes what is in the buffer if it
 * must. NULL: `error` is -EAGAIN (a pipe is full: try again when it can be written) or the negative
 * errno of the write that failed. output_commit adds the record.
 */
uint8_t *output_reserve(struct output *output, size_t length, int *error);
static inline void output_commit(struct output *output, size_t length)
{
    output->used += length;
}

/* Writes what is in the buffer. 0, -EAGAIN as above, or a negative errno. */
int output_flush(struct output *output);

/* Length of the record at `at`, of which a file holds one after the other. */
typedef size_t output_span(const uint8_t *at);

/*
 * After a failed write: cuts a file behind the last whole record, so that it stays readable; `span`
 * reads the lengths of records in the buffer.
 */
void output_cut(struct output *output, output_span *span);

/* Closes. 0 or the negative errno of close(2), which may be that of a write (NFS, quotas). */
int output_close(struct output *output);

#endif
