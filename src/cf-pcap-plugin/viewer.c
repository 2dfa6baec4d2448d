#include "viewer.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "output.h"
#include "program.h"

/*
 * -N: names of the capture's own name resolution block are shown only where the resolution of
 * network addresses is on; m and d are on by default and stay so; N, which is not there, would ask
 * name servers for every address.
 */
static const struct {
    const char *name; /* of the program */
    enum viewer_kind kind;
    const char *words[8];
} programs[] = {
    {"tshark", VIEWER_LINES, {"-l", "-N", "mnd", "-i", "-", NULL}},
    {"termshark", VIEWER_SCREEN, {"-i", "-", NULL}},
    {"", VIEWER_WINDOW, {"-N", "mnd", "-k", "-i", "-", NULL}}, /* Wireshark, or what is like it */
};
enum { PROGRAMS = sizeof programs / sizeof *programs, WORDS_MAX = 9 };
enum { END_PATIENCE = 1000 /* ms from the end of reading to that of the program */ };

static size_t program_of(const char *path)
{
    char name[64];
    size_t at = 0;

    program_name(path, name, sizeof name);
    while (at < PROGRAMS - 1 && strcmp(name, programs[at].name) != 0)
        at++;
    return at;
}

int viewer_find(struct viewer *viewer, const char *program)
{
    static const char *const names[] = {"wireshark", "Wireshark", "org.wireshark.Wireshark"};
    int result = -ENOENT;

    viewer->fd = -1;
    viewer->name = program == NULL ? "Wireshark" : program;
    if (program != NULL)
        result = program_find(program, viewer->path, sizeof viewer->path);
    for (size_t i = 0; program == NULL && result != 0 && i < sizeof names / sizeof *names; i++)
        result = program_find(names[i], viewer->path, sizeof viewer->path);
    viewer->kind = programs[program_of(viewer->path)].kind;
    return result;
}

static void on_closed(uv_handle_t *handle)
{
    struct viewer *viewer = handle->data;

    viewer->runs = false;
    viewer->events->ended(viewer->owner);
}

static void tell_end(uv_timer_t *timer)
{
    struct viewer *viewer = timer->data;

    viewer->events->pipe(viewer->owner, viewer->error);
}

/* That a program has ended is seen by its end of the pipe first: how, a moment later. */
static void lose_reader(struct viewer *viewer, int error)
{
    if (viewer->error != 0)
        return;
    viewer->error = error;
    uv_timer_start(&viewer->timer, tell_end, viewer->has_ended ? 0 : END_PATIENCE, 0);
}

static void on_pipe(void *owner, int error)
{
    struct viewer *viewer = owner;

    if (error != 0)
        lose_reader(viewer, error);
    else
        viewer->events->pipe(viewer->owner, 0);
}

static void on_exit_status(uv_process_t *process, int64_t status, int signal)
{
    struct viewer *viewer = process->data;

    viewer->has_ended = true;
    viewer->status = status;
    viewer->signal = signal;
    if (uv_is_active((uv_handle_t *)&viewer->timer))
        uv_timer_start(&viewer->timer, tell_end, 0, 0);
    uv_close((uv_handle_t *)process, on_closed);
}

static int spawn(struct viewer *viewer, uv_loop_t *loop, int input)
{
    const char *words[WORDS_MAX] = {viewer->path};
    bool window = viewer->kind == VIEWER_WINDOW;
    uv_stdio_container_t streams[3] = {
        {.flags = UV_INHERIT_FD, .data.fd = input},
        {.flags = window ? UV_IGNORE : UV_INHERIT_FD, .data.fd = STDOUT_FILENO},
        {.flags = UV_INHERIT_FD, .data.fd = STDERR_FILENO},
    };
    uv_process_options_t options = {
        .exit_cb = on_exit_status,
        .file = viewer->path,
        .args = (char **)words,
        .flags = viewer->kind == VIEWER_SCREEN ? 0 : UV_PROCESS_DETACHED,
        .stdio_count = 3,
        .stdio = streams,
    };

    memcpy(words + 1, programs[program_of(viewer->path)].words, sizeof programs->words);
    viewer->process.data = viewer;
    return uv_spawn(loop, &viewer->process, &options);
}

int viewer_start(struct viewer *viewer, uv_loop_t *loop, const struct viewer_events *events,
                 void *owner)
{
    char level[2];
    size_t size = sizeof level;
    uv_file ends[2];
    int error = uv_pipe(ends, 0, UV_NONBLOCK_PIPE);

    if (error != 0)
        return system_error(error);
    /* Or it would tell of every start and stop, into the lines of this program. */
    if (uv_os_getenv("WIRESHARK_LOG_LEVEL", level, &size) == UV_ENOENT)
        uv_os_setenv("WIRESHARK_LOG_LEVEL", "warning");
    uv_timer_init(loop, &viewer->timer);
    viewer->timer.data = viewer;
    viewer->events = events;
    viewer->owner = owner;
    system_widen_pipe(ends[1]);
    error = spawn(viewer, loop, ends[0]);
    close(ends[0]);
    if (error != 0) {
        uv_close((uv_handle_t *)&viewer->process, NULL);
        close(ends[1]);
        return system_error(error);
    }
    viewer->runs = true;
    viewer->fd = ends[1];
    return system_pipe_open(&viewer->pipe, loop, ends[1], on_pipe, viewer);
}

bool viewer_reads(const struct viewer *viewer)
{
    return viewer->pipe != NULL;
}

ptrdiff_t viewer_write(struct viewer *viewer, const uint8_t *bytes, size_t length)
{
    ptrdiff_t count = viewer->error != 0 ? -EAGAIN : system_pipe_write(viewer->pipe, bytes, length);

    if (count >= 0 || count == -EAGAIN)
        return count;
    lose_reader(viewer, (int)count);
    return -EAGAIN;
}

void viewer_leave(struct viewer *viewer)
{
    if (viewer->pipe != NULL) {
        uv_timer_stop(&viewer->timer);
        system_pipe_close(viewer->pipe);
    }
    viewer->pipe = NULL;
    if (viewer->fd >= 0)
        close(viewer->fd);
    viewer->fd = -1;
}

bool viewer_failure(const struct viewer *viewer, char *text, size_t size)
{
    if (!viewer->has_ended || viewer->signal == SIGINT)
        return false;
    if (viewer->signal != 0)
        snprintf(text, size, "%.320s was ended by signal %d: the capture ends.", viewer->name,
                 viewer->signal);
    else
        snprintf(text, size, "%.320s ended with status %lld: the capture ends.", viewer->name,
                 (long long)viewer->status);
    return viewer->signal != 0 || viewer->status != 0;
}

bool viewer_holds_terminal(const struct viewer *viewer)
{
    return viewer->runs && viewer->kind != VIEWER_WINDOW;
}

void viewer_kill(struct viewer *viewer)
{
    if (viewer->runs)
        uv_process_kill(&viewer->process, SIGTERM);
}
