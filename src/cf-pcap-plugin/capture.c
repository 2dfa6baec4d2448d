#include "capture.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "progress.h"

enum {
    STARTING_MAX = 10,         /* logins at the same time */
    MEMORY = 48 * 1024 * 1024, /* bytes of packets that wait for slower instances */
    TICK = 250,                /* ms */
    FLUSH_INTERVAL = 20,       /* ms between writes that are not full */
    STOP_SILENCE = 2000,       /* ms a tool that was asked to end may say nothing */
    STOP_PATIENCE = 30000,     /* ms it may take to send what it still has */
    STOP_GRACE = 500000000,    /* ns; a packet so long after the stop was captured after it */
};

static const int signal_numbers[CAPTURE_SIGNALS] = {SIGINT, SIGTERM, SIGHUP, SIGTSTP};

static void work(struct capture *capture);

static uint64_t now_ms(const struct capture *capture)
{
    return uv_now(&capture->loop);
}

static bool is_over(const struct capture *capture, size_t i)
{
    return capture->sessions[i].state == SESSION_OVER &&
           stream_is_over(capture->merge.streams[i].stream.state);
}

static void start_some(struct capture *capture)
{
    size_t starting = 0;

    for (size_t i = 0; i < capture->count; i++)
        starting += capture->sessions[i].state == SESSION_RUNNING &&
                    !capture->merge.streams[i].opened && !capture->sessions[i].asked_to_end;
    for (size_t i = 0; i < capture->count && starting < STARTING_MAX && !capture->stopping; i++) {
        struct session *session = &capture->sessions[i];

        if (session->state != SESSION_WAITING)
            continue;
        int error =
            session_start(session, &capture->loop, capture->cf, capture->options, capture->command);
        if (error != 0)
            say_error(capture->voice, "Cannot run the cf CLI (%s): %s", capture->cf->path,
                      strerror(-error));
        starting++;
    }
}

static void stop(struct capture *capture)
{
    struct timespec now;

    if (capture->stopping)
        return;
    clock_gettime(CLOCK_REALTIME, &now);
    capture->stopped_clock = (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
    capture->stopping = true;
    for (size_t i = 0; i < capture->count; i++)
        session_stop(&capture->sessions[i]);
    capture->dirty = true;
}

static void end_at_once(struct capture *capture)
{
    stop(capture);
    for (size_t i = 0; i < capture->count; i++)
        session_kill(&capture->sessions[i]);
    capture->dirty = true;
}

static void give_up_output(struct capture *capture)
{
    capture->output_gone = true;
    for (size_t i = 0; i < capture->count; i++)
        merge_abandon(&capture->merge, i);
    end_at_once(capture);
}

/* An output that nobody reads any more is a wish to stop; anything else that it refuses a failure.
 */
static void output_failed(struct capture *capture, int error)
{
    if (error != -EPIPE) {
        capture->failed = true;
        say_error(capture->voice, "Cannot write %s: %s.%s",
                  strcmp(capture->path, "-") == 0 ? "standard output" : capture->path,
                  strerror(-error),
                  capture->opened ? " What was written until now can be read." : "");
    }
    output_cut(&capture->output, capture->writer.format->span);
    give_up_output(capture);
}

static void link_types_differ(struct capture *capture, size_t number)
{
    capture->failed = true;
    if (!capture->stopping)
        say_error(
            capture->voice,
            "Instance %u captures packets of another link type (%u) than the instances before "
            "it (%u), and a pcap file holds only one: use --format pcapng, or an output whose "
            "name ends in .pcapng.",
            capture->sessions[number].index, capture->merge.streams[number].stream.link_type,
            capture->writer.link_type);
    merge_abandon(&capture->merge, number);
    stop(capture);
}

static void on_output_room(uv_poll_t *poll, int status, int events)
{
    struct capture *capture = poll->data;

    (void)status, (void)events; /* whatever it is, the next write will tell */
    uv_poll_stop(poll);
    capture->blocked = false;
    capture->dirty = true;
}

static void wait_for_output(struct capture *capture)
{
    capture->blocked = true;
    if (capture->output_room.data == NULL) {
        uv_poll_init(&capture->loop, &capture->output_room, capture->output.fd);
        capture->output_room.data = capture;
    }
    uv_poll_start(&capture->output_room, UV_WRITABLE, on_output_room);
}

/* The first instance streams: only now is a file that is there replaced. */
static int on_opened(void *context, size_t number)
{
    struct capture *capture = context;
    int result = 0;

    (void)number;
    if (capture->output.fd < 0)
        result = output_open(&capture->output, capture->path);
    if (result == 0 && !capture->opened && capture->options->duration > 0)
        uv_timer_start(&capture->timers[TIMER_DURATION], capture->timers[TIMER_DURATION].timer_cb,
                       capture->options->duration * 1000ULL, 0);
    capture->opened |= result == 0;
    return result;
}

static void run_merge(struct capture *capture)
{
    uint64_t wake = UINT64_MAX, now = now_ms(capture);
    size_t failed = 0;
    int result;

    do {
        result = merge_run(&capture->merge, now, on_opened, capture, &wake, &failed);
        if (result == -EAGAIN)
            wait_for_output(capture);
        else if (result == -EPROTOTYPE)
            link_types_differ(capture, failed);
        else if (result != 0)
            output_failed(capture, result);
    } while (result != 0 && result != -EAGAIN);
    if (wake == UINT64_MAX)
        uv_timer_stop(&capture->timers[TIMER_WAKE]);
    else
        uv_timer_start(&capture->timers[TIMER_WAKE], capture->timers[TIMER_WAKE].timer_cb,
                       wake > now ? wake - now : 0, 0);
}

/* At once where little comes, a few times a second less where much comes. */
static void flush(struct capture *capture)
{
    uint64_t now = now_ms(capture);

    if (capture->output.used == 0 || capture->blocked || capture->output_gone)
        return;
    if (now - capture->flushed_at < FLUSH_INTERVAL) {
        if (!uv_is_active((uv_handle_t *)&capture->timers[TIMER_FLUSH]))
            uv_timer_start(&capture->timers[TIMER_FLUSH], capture->timers[TIMER_FLUSH].timer_cb,
                           FLUSH_INTERVAL, 0);
        return;
    }
    int result = output_flush(&capture->output);
    capture->flushed_at = now;
    if (result == -EAGAIN)
        wait_for_output(capture);
    else if (result != 0)
        output_failed(capture, result);
}

static void look_at_sessions(struct capture *capture)
{
    for (size_t i = 0; i < capture->count; i++) {
        struct session *session = &capture->sessions[i];

        if (session->state == SESSION_RUNNING &&
            stream_is_over(capture->merge.streams[i].stream.state))
            session_stop(session); /* a stream that is broken, or has ended */
        session_resume(session);
        if (is_over(capture, i) && !capture->reports[i].done)
            report_end(capture, i);
    }
    start_some(capture);
}

static void announce(struct capture *capture)
{
    size_t streaming = 0;

    if (capture->announced || capture->stopping)
        return;
    for (size_t i = 0; i < capture->count; i++) {
        if (is_over(capture, i))
            continue;
        if (!capture->merge.streams[i].opened)
            return;
        streaming++;
    }
    if (streaming == 0)
        return;
    capture->announced = true;
    say(capture->voice, "Capturing, press ^C to stop...");
}

static int write_statistics(struct capture *capture)
{
    for (; capture->statistics_written < capture->count; capture->statistics_written++) {
        size_t i = capture->statistics_written;
        const struct report *report = &capture->reports[i];
        int result = 0;

        if (capture->merge.streams[i].opened && report->has_drops)
            result = capture->writer.format->statistics(
                &capture->writer, &capture->merge.streams[i].out, report->received, report->drops);
        if (result != 0)
            return result;
    }
    return output_flush(&capture->output);
}

static void finish_when_over(struct capture *capture)
{
    for (size_t i = 0; i < capture->count; i++)
        if (!is_over(capture, i))
            return;
    int result = capture->opened && !capture->output_gone ? write_statistics(capture) : 0;
    if (result == -EAGAIN) {
        wait_for_output(capture);
        return;
    }
    if (result != 0)
        output_failed(capture, result);
    uv_stop(&capture->loop);
}

static void work(struct capture *capture)
{
    capture->dirty = false;
    if (!capture->blocked)
        run_merge(capture);
    report_clocks(capture);
    look_at_sessions(capture);
    announce(capture);
    flush(capture);
    if (!capture->blocked)
        finish_when_over(capture);
}

static void on_changed(struct session *session)
{
    struct capture *capture = session->owner;

    capture->dirty = true;
    /* That comes from a close callback, after which the loop would sleep. */
    if (session->state == SESSION_OVER)
        work(capture);
}

static void on_after_input(uv_check_t *check)
{
    struct capture *capture = check->data;

    if (capture->dirty)
        work(capture);
}

static void on_signal(uv_signal_t *handle, int number)
{
    struct capture *capture = handle->data;

    if (number == SIGINT && capture->voice->is_terminal)
        say(capture->voice, "\r\033[K^C"); /* what the terminal echoed, as a line of its own */
    if (number == SIGTSTP) {
        say_no_more_live(capture->voice);
        terminal_leave(&capture->terminal, now_ms(capture));
    } else if (!capture->stopping) {
        stop(capture);
    } else {
        end_at_once(capture);
        if (capture->blocked)
            give_up_output(capture);
    }
}

/* Was the last packet of an instance captured after the tool was told to end? */
static bool captures_on(const struct capture *capture, size_t i)
{
    const struct report *report = &capture->reports[i];

    return report->has_skew &&
           (int64_t)capture->merge.streams[i].stream.packet.time - report->skew >
               (int64_t)capture->stopped_clock + STOP_GRACE;
}

/* Tools that were asked to end, and do not. */
static void lose_patience(struct capture *capture)
{
    uint64_t now = now_ms(capture);

    for (size_t i = 0; i < capture->count; i++) {
        struct session *session = &capture->sessions[i];

        if (session->state != SESSION_RUNNING || !session->asked_to_end)
            continue;
        if (session->killed)
            session_kill(session);
        if (session->paused)
            continue;
        uint64_t asked = now - session->stopped_at;
        if (asked >= STOP_PATIENCE ||
            (asked >= STOP_SILENCE && (now - session->last_heard >= STOP_SILENCE ||
                                       (capture->stopping && captures_on(capture, i)))))
            session_kill(session);
    }
}

static void on_timer(uv_timer_t *timer)
{
    struct capture *capture = timer->data;

    if (timer == &capture->timers[TIMER_DURATION])
        stop(capture);
    if (timer == &capture->timers[TIMER_TICK]) {
        terminal_watch(&capture->terminal, now_ms(capture));
        if (getppid() != capture->parent) /* `cf` was ended, and nobody waits for this */
            stop(capture);
        lose_patience(capture);
        progress_show(capture);
        if (!capture->dirty)
            return;
    }
    work(capture);
}

static int init(struct capture *capture, const struct instances *instances)
{
    const char **names = calloc(instances->count, sizeof *names);

    capture->count = instances->count;
    capture->sessions = calloc(capture->count, sizeof *capture->sessions);
    capture->reports = calloc(capture->count, sizeof *capture->reports);
    if (names == NULL || capture->sessions == NULL || capture->reports == NULL ||
        output_init(&capture->output) != 0) {
        free((void *)names);
        return -ENOMEM;
    }
    for (size_t i = 0; i < capture->count; i++) {
        struct report *report = &capture->reports[i];

        snprintf(report->name, sizeof report->name, "%.100s/%u %.32s", capture->options->app,
                 instances->list[i].index, capture->options->interface);
        names[i] = report->name;
        capture->sessions[i] = (struct session){.number = i,
                                                .index = instances->list[i].index,
                                                .merge = &capture->merge,
                                                .changed = on_changed,
                                                .owner = capture};
    }
    capture->writer = (struct writer){
        .format = capture->options->format == FORMAT_PCAPNG ? &writer_pcapng : &writer_pcap,
        .output = &capture->output,
        .filter = capture->options->filter,
    };
    int result =
        merge_init(&capture->merge, capture->count, names, &capture->writer, MERGE_WINDOW, MEMORY);
    free((void *)names);
    return result != 0
               ? result
               : session_command(capture->command, sizeof capture->command, capture->options);
}

static void watch(struct capture *capture)
{
    uv_check_init(&capture->loop, &capture->after_input);
    capture->after_input.data = capture;
    uv_check_start(&capture->after_input, on_after_input);
    for (size_t i = 0; i < CAPTURE_TIMERS; i++) {
        uv_timer_init(&capture->loop, &capture->timers[i]);
        capture->timers[i].data = capture;
        capture->timers[i].timer_cb = on_timer;
    }
    uv_timer_start(&capture->timers[TIMER_TICK], on_timer, TICK, TICK);
    for (size_t i = 0; i < CAPTURE_SIGNALS; i++) {
        uv_signal_init(&capture->loop, &capture->signals[i]);
        capture->signals[i].data = capture;
        uv_signal_start(&capture->signals[i], on_signal, signal_numbers[i]);
    }
    signal(SIGPIPE, SIG_IGN);
}

int capture_run(struct capture *capture, const struct instances *instances)
{
    int result = init(capture, instances);

    if (result == 0 && output_is_pipe(capture->path))
        result = output_open(&capture->output, capture->path);
    if (result == 0)
        result = uv_loop_init(&capture->loop);
    if (result != 0)
        return result;
    capture->parent = getppid();
    watch(capture);
    terminal_begin(&capture->terminal);
    start_some(capture);
    uv_run(&capture->loop, UV_RUN_DEFAULT);

    result = output_close(&capture->output);
    if (result != 0 && !capture->output_gone)
        output_failed(capture, result);
    say_no_more_live(capture->voice);
    if (capture->opened)
        progress_summarize(capture);
    report_rest(capture);
    return 0;
}

void capture_free(struct capture *capture)
{
    terminal_end(&capture->terminal);
    merge_free(&capture->merge);
    free(capture->sessions);
    free(capture->reports);
}
