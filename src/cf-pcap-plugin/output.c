#include "output.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { NAMES_MAX = 1000 /* files of the same second */ };

void output_init(struct output *output, const char *path, const char *app, bool pcapng)
{
    time_t now = time(NULL);
    struct tm local;
    char date[32];

    *output = (struct output){.path = path, .extension = pcapng ? "pcapng" : "pcap", .fd = -1};
    output->was_pipe = output_is_pipe(output);
    strftime(date, sizeof date, "%Y%m%d-%H%M%S", localtime_r(&now, &local));
    snprintf(output->name, sizeof output->name, "%.200s-%s.%s", app, date, output->extension);
    for (char *at = output->name; *(at += strcspn(at, system_not_in_names)) != '\0';)
        *at = '_';
}

static int divide(struct output *output, enum output_division division, uint64_t keep)
{
    output->division = division;
    return output_files_init(&output->files, output->path == NULL ? output->name : output->path,
                             keep);
}

int output_rotate(struct output *output, uint64_t keep)
{
    return divide(output, OUTPUT_ROTATES, keep);
}

int output_split(struct output *output)
{
    return divide(output, OUTPUT_SPLITS, 0);
}

void output_free(struct output *output)
{
    if (output->division == OUTPUT_ROTATES)
        output_files_free(&output->files);
    free(output->made_path);
}

int output_part(struct output *part, const struct output *whole, const char *mark)
{
    const struct output_files *files = &whole->files;
    size_t size = strlen(files->base) + strlen(mark) + strlen(files->extension) + 1;

    *part = (struct output){.extension = whole->extension,
                            .fd = -1,
                            .division = OUTPUT_PART,
                            .is_private = whole->is_private};
    if (size > PATH_MAX)
        return -ENAMETOOLONG;
    if (whole->path == NULL) {
        snprintf(part->name, sizeof part->name, "%.240s%s%s", files->base, mark, files->extension);
        return 0;
    }
    part->path = part->made_path = malloc(size);
    if (part->made_path == NULL)
        return -ENOMEM;
    snprintf(part->made_path, size, "%s%s%s", files->base, mark, files->extension);
    return 0;
}

bool output_is_stdout(const struct output *output)
{
    return output->path != NULL && strcmp(output->path, "-") == 0;
}

const char *output_name(const struct output *output)
{
    if (output_is_stdout(output))
        return "standard output";
    if (output->division == OUTPUT_ROTATES && output->files.count > 0)
        return output->files.name;
    return output->path != NULL ? output->path : output->name;
}

static const char *reason(int error)
{
    return error == 0 ? NULL : strerror(-error);
}

bool output_is_pipe(const struct output *output)
{
    return output->path != NULL && system_kind_at(output->path) == SYSTEM_IS_PIPE;
}

const char *output_objection(const struct output *output)
{
    static const char terminal[] =
        "a capture is not for a terminal: give a file, or a pipe (| tcpdump -n -r -)";
    const char *path = output->path;

    if (output->division == OUTPUT_ROTATES && output_is_stdout(output))
        return "--rotate-size and --rotate-time make files; name one (-o FILE)";
    if (output->division == OUTPUT_SPLITS && output_is_stdout(output))
        return "--split makes files; name one (-o FILE)";
    if (output_is_stdout(output) && system_is_terminal(STDOUT_FILENO))
        return terminal;
    if (path != NULL &&
        system_is_same(output_is_stdout(output) ? NULL : path, STDOUT_FILENO, STDERR_FILENO))
        return "standard error goes there, too, and messages would come between the packets: "
               "send them elsewhere (2> messages.txt)";
    if (output_is_stdout(output))
        return NULL;
    if (output->division == OUTPUT_PART && path != NULL && system_is_same(path, -1, STDOUT_FILENO))
        return "standard output goes there, too, and messages would come between the packets: "
               "send them elsewhere (> messages.txt)";
    const char *objection = system_name_objection(path == NULL ? output->name : path);
    if (objection != NULL)
        return objection;
    if (path == NULL)
        return reason(system_may_create(output->name));
    if (strlen(path) >= PATH_MAX)
        return strerror(ENAMETOOLONG);
    int kind = system_kind_at(path);
    if (kind == -ENOENT && *system_base(path) == '\0')
        return "it names a folder that is not there";
    if (kind < 0)
        return reason(kind == -ENOENT ? system_may_create(path) : kind);
    if (kind == SYSTEM_IS_TERMINAL)
        return terminal;
    if (kind == SYSTEM_IS_FOLDER)
        return strerror(EISDIR);
    if (output->division != OUTPUT_WHOLE && kind != SYSTEM_IS_FILE)
        return "it is no file";
    if (output->division == OUTPUT_ROTATES || output->division == OUTPUT_SPLITS)
        return reason(system_may_create(path)); /* what is there stays: files are made beside it */
    int error = system_may_write(path);
    return error == -EBUSY ? "another program has it open, such as another cf pcap" : reason(error);
}

/* Of a file that is open: makes it this run's own. */
static int take(struct output *output, struct uv_loop_s *loop, system_pipe_event *event,
                void *owner)
{
    enum system_kind kind = system_kind_of(output->fd);

    if (output->division == OUTPUT_PART && kind != SYSTEM_IS_FILE)
        return -ENXIO;
    if (kind == SYSTEM_IS_PIPE) {
        system_widen_pipe(output->fd);
        /* A reader that is slow must not keep the loop from its signals and timers. */
        return system_pipe_open(&output->pipe, loop, output->fd, event, owner);
    }
    output->is_on_disk = kind == SYSTEM_IS_FILE;
    if (!output->is_on_disk || !output->is_ours)
        return 0;
    int error = system_lock(output->fd);
    if (error != 0)
        return error;
    output->is_file = true;
    if (output->is_private)
        system_make_file_private(output->fd);
    return ftruncate(output->fd, 0) == 0 ? 0 : -errno;
}

/* APP-DATE-TIME.pcap, or APP-DATE-TIME-2.pcap, if that is there ... */
static int open_new(struct output *output)
{
    size_t length = strlen(output->name) - strlen(output->extension) - 1;
    int fd = system_open(output->name, SYSTEM_ANEW);

    for (int number = 2; fd == -EEXIST && number <= NAMES_MAX; number++) {
        snprintf(output->name + length, sizeof output->name - length, "-%d.%s", number,
                 output->extension);
        fd = system_open(output->name, SYSTEM_ANEW);
    }
    return fd;
}

int output_find_reader(struct output *output)
{
    if (output->division != OUTPUT_WHOLE || output_is_stdout(output) || !output->was_pipe)
        return 0;
    output->fd = system_open(output->path, SYSTEM_NO_WAIT | SYSTEM_THERE);
    if (output->fd < 0 || system_kind_of(output->fd) == SYSTEM_IS_PIPE)
        return output->fd < 0 ? output->fd : 0;
    close(output->fd);
    output->fd = -1;
    return -ENOENT;
}

/* A named pipe that came in the place of a part's file must not stop all others. */
static int how_to_open(const struct output *output)
{
    return output->division == OUTPUT_PART ? SYSTEM_NO_WAIT : 0;
}

int output_open(struct output *output, struct uv_loop_s *loop, system_pipe_event *event,
                void *owner)
{
    if (output_is_stdout(output)) {
        output->fd = STDOUT_FILENO;
    } else {
        output->is_ours = true;
        output->is_shortened = false;
        output->length = 0;
        if (output->division == OUTPUT_ROTATES)
            output->fd = output_files_open(&output->files);
        else if (output->fd < 0) /* else it is a named pipe that has its reader */
            output->fd = output->path == NULL ? open_new(output)
                                              : system_open(output->path, how_to_open(output));
        if (output->fd < 0)
            return output->fd;
    }
    return take(output, loop, event, owner);
}

/* What is written next would leave a hole behind what is there. */
static bool is_shorter(const struct output *output)
{
    struct stat ours;

    return fstat(output->fd, &ours) == 0 && (uint64_t)ours.st_size < output->length;
}

ptrdiff_t output_write(struct output *output, const uint8_t *bytes, size_t length)
{
    if (output->pipe != NULL)
        return system_pipe_write(output->pipe, bytes, length);
    output->is_shortened |= output->is_file && is_shorter(output);
    ptrdiff_t count = system_write(output->fd, bytes, length);
    if (count <= 0)
        return count;
    for (size_t i = 0; i < (size_t)count && output->length + i < OUTPUT_FIRST; i++)
        output->first[output->length + i] = bytes[i];
    output->length += (uint64_t)count;
    return count;
}

int output_disk(const struct output *output, uint64_t *available, uint64_t *size)
{
    int fd = output->fd < 0 && output_is_stdout(output) ? STDOUT_FILENO : output->fd;

    if (fd >= 0)
        return system_kind_of(fd) == SYSTEM_IS_FILE ? system_disk_of(fd, available, size)
                                                    : -ENOTSUP;
    const char *path = output->path == NULL ? output->name : output->path;
    int kind = system_kind_at(path);
    return kind < 0 || kind == SYSTEM_IS_FILE ? system_disk_at(path, available, size) : -ENOTSUP;
}

void output_cut(struct output *output, uint64_t length)
{
    if (ftruncate(output->fd, (off_t)length) == 0)
        output->length = length;
}

/* Does the file at this path begin with what was written? One that cannot be read may. */
static bool has_first(const struct output *output, const char *path)
{
    size_t length = output->length < OUTPUT_FIRST ? (size_t)output->length : OUTPUT_FIRST;
    uint8_t first[OUTPUT_FIRST];
    FILE *file = system_open_to_read(path);

    if (file == NULL)
        return true;
    bool result = fread(first, 1, length, file) == length;
    fclose(file);
    return result && memcmp(first, output->first, length) == 0;
}

/* What others did to a file meanwhile. One that they wrote to begins with that, or it is not seen.
 */
static int look_at_file(const struct output *output)
{
    const char *path = output_name(output);

    if (!system_is_same(path, -1, output->fd))
        return -ENOENT;
    return output->is_shortened || is_shorter(output) || !has_first(output, path) ? -ENODATA : 0;
}

int output_close(struct output *output)
{
    int result = output->is_file && output->fd >= 0 ? look_at_file(output) : 0;
    bool rotates = output->division == OUTPUT_ROTATES && output->fd >= 0;
    struct system_identity file;
    bool is_known = rotates && result == 0 && system_identity_of(output->fd, &file) == 0;

    if (output->pipe != NULL)
        system_pipe_close(output->pipe);
    output->pipe = NULL;
    if (output->fd >= 0 && output->is_ours && close(output->fd) != 0)
        result = -errno;
    output->fd = -1;
    if (rotates && is_known && output->length == 0 && output->files.count > 1)
        system_remove(output->files.name);
    else if (rotates)
        output_files_note(&output->files, is_known ? &file : NULL);
    return result;
}
