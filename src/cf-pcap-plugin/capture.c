#include "capture.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "progress.h"

enum { TICK = 250 /* ms */ };

static const int signal_numbers[CAPTURE_SIGNALS] = {SIGINT, SIGTERM, SIGHUP, SIGTSTP};

static uint64_t now_ms(const struct capture *capture)
{
    return uv_now(&capture->loop);
}

static bool is_over(const struct capture *capture, size_t i)
{
    return capture->sessions.list[i].state == SESSION_OVER &&
           stream_is_over(capture_stream(capture, i)->stream.state);
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
                  capture->saving.opened ? " What was written until now can be read." : "");
    }
    saving_give_up(&capture->saving);
    sessions_kill(&capture->sessions);
    capture->dirty = true;
}

static void link_types_differ(struct capture *capture, size_t number)
{
    capture->failed = true;
    if (!capture->sessions.stopping)
        say_error(
            capture->voice,
            "Instance %u captures packets of another link type (%u) than the instances before "
            "it (%u), and a pcap file holds only one: use --format pcapng, or an output whose "
            "name ends in .pcapng.",
            capture->sessions.list[number].index, capture_stream(capture, number)->stream.link_type,
            capture->saving.writer.link_type);
    merge_abandon(&capture->saving.merge, number);
    sessions_stop(&capture->sessions);
}

static void save(struct capture *capture)
{
    bool was_opened = capture->saving.opened;
    size_t failed = 0;
    int result;

    while ((result = saving_run(&capture->saving, now_ms(capture), &failed)) != 0) {
        if (result == -EPROTOTYPE)
            link_types_differ(capture, failed);
        else
            output_failed(capture, result);
    }
    if (capture->saving.opened && !was_opened && capture->options->duration_ms > 0)
        uv_timer_start(&capture->timers[TIMER_DURATION], capture->timers[TIMER_DURATION].timer_cb,
                       capture->options->duration_ms, 0);
}

static void flush(struct capture *capture)
{
    uint64_t now = now_ms(capture);
    int result = saving_flush(&capture->saving, now);

    if (result != 0)
        output_failed(capture, result);
    uint64_t due = saving_due(&capture->saving);
    uv_timer_t *timer = &capture->timers[TIMER_DUE];
    if (due == UINT64_MAX)
        uv_timer_stop(timer);
    else
        uv_timer_start(timer, timer->timer_cb, due > now ? due - now : 0, 0);
}

static void report_ends(struct capture *capture)
{
    for (size_t i = 0; i < capture->count; i++)
        if (is_over(capture, i) && !capture->reports[i].done)
            report_end(capture, i);
}

static void announce(struct capture *capture)
{
    size_t streaming = 0;

    if (capture->announced || capture->sessions.stopping)
        return;
    for (size_t i = 0; i < capture->count; i++) {
        if (is_over(capture, i))
            continue;
        if (!capture_stream(capture, i)->opened)
            return;
        streaming++;
    }
    if (streaming == 0)
        return;
    capture->announced = true;
    say(capture->voice, "Capturing, press ^C to stop...");
}

static void finish_when_over(struct capture *capture)
{
    for (size_t i = 0; i < capture->count; i++)
        if (!is_over(capture, i))
            return;
    int result = saving_finish(&capture->saving, capture->reports);
    if (capture->saving.blocked)
        return;
    if (result != 0)
        output_failed(capture, result);
    uv_stop(&capture->loop);
}

static void work(struct capture *capture)
{
    capture->dirty = false;
    save(capture);
    report_clocks(capture);
    sessions_look(&capture->sessions);
    report_ends(capture);
    announce(capture);
    flush(capture);
    if (!capture->saving.blocked)
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

static void on_room(void *owner)
{
    struct capture *capture = owner;

    capture->dirty = true;
}

static void on_after_input(uv_check_t *check)
{
    struct capture *capture = check->data;

    if (capture->dirty)
        work(capture);
}

/* A second ^C is impatience. A second SIGHUP is not: a shell passes on what the kernel sends too.
 */
static void on_signal(uv_signal_t *handle, int number)
{
    struct capture *capture = handle->data;

    if (number == SIGINT && capture->voice->is_terminal)
        say(capture->voice, "\r\033[K^C"); /* what the terminal echoed, as a line of its own */
    if (number == SIGTSTP) {
        say_no_more_live(capture->voice);
        terminal_leave(&capture->terminal, now_ms(capture));
        return;
    }
    if (capture->sessions.stopping && number != SIGHUP) {
        sessions_kill(&capture->sessions);
        if (capture->saving.blocked)
            saving_give_up(&capture->saving);
    }
    sessions_stop(&capture->sessions);
    capture->dirty = true;
}

static void on_timer(uv_timer_t *timer)
{
    struct capture *capture = timer->data;

    if (timer == &capture->timers[TIMER_DURATION])
        sessions_stop(&capture->sessions);
    if (timer == &capture->timers[TIMER_TICK]) {
        terminal_watch(&capture->terminal, now_ms(capture));
        if (getppid() != capture->parent) { /* `cf` was ended, and nobody waits for this */
            sessions_stop(&capture->sessions);
            capture->dirty = true;
        }
        sessions_lose_patience(&capture->sessions, capture->reports);
        report_drops(capture);
        progress_show(capture);
        if (!capture->dirty)
            return;
    }
    work(capture);
}

static int init(struct capture *capture, const struct instances *instances)
{
    const char **names = calloc(instances->count, sizeof *names);
    struct sessions *sessions = &capture->sessions;

    capture->count = instances->count;
    capture->reports = calloc(capture->count, sizeof *capture->reports);
    *sessions = (struct sessions){.list = calloc(capture->count, sizeof *sessions->list),
                                  .count = capture->count,
                                  .options = capture->options,
                                  .cf = capture->cf,
                                  .loop = &capture->loop};
    capture->saving = (struct saving){
        .path = capture->path, .loop = &capture->loop, .has_room = on_room, .owner = capture};
    if (names == NULL || sessions->list == NULL || capture->reports == NULL) {
        free((void *)names);
        return -ENOMEM;
    }
    for (size_t i = 0; i < capture->count; i++) {
        struct report *report = &capture->reports[i];

        snprintf(report->name, sizeof report->name, "%.100s/%u %.32s", capture->options->app,
                 instances->list[i].index, capture->options->interface);
        names[i] = report->name;
        sessions->list[i] = (struct session){.number = i,
                                             .index = instances->list[i].index,
                                             .merge = &capture->saving.merge,
                                             .changed = on_changed,
                                             .owner = capture};
    }
    int result = saving_init(&capture->saving, capture->options, capture->count, names);
    free((void *)names);
    return result != 0
               ? result
               : session_command(sessions->command, sizeof sessions->command, capture->options);
}

static void watch(struct capture *capture)
{
    struct sigaction hangup;

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
        if (signal_numbers[i] == SIGHUP && sigaction(SIGHUP, NULL, &hangup) == 0 &&
            hangup.sa_handler == SIG_IGN)
            continue; /* nohup(1) */
        uv_signal_init(&capture->loop, &capture->signals[i]);
        capture->signals[i].data = capture;
        uv_signal_start(&capture->signals[i], on_signal, signal_numbers[i]);
    }
    signal(SIGPIPE, SIG_IGN);
}

int capture_run(struct capture *capture, const struct instances *instances)
{
    int result = init(capture, instances);

    if (result == 0)
        result = uv_loop_init(&capture->loop);
    if (result != 0)
        return result;
    capture->parent = getppid();
    watch(capture);
    terminal_begin(&capture->terminal);
    sessions_look(&capture->sessions);
    uv_run(&capture->loop, UV_RUN_DEFAULT);

    result = output_close(&capture->saving.output);
    if (result != 0 && !capture->saving.gone)
        output_failed(capture, result);
    say_no_more_live(capture->voice);
    if (capture->saving.opened)
        progress_summarize(capture);
    report_rest(capture);
    return 0;
}

void capture_free(struct capture *capture)
{
    terminal_end(&capture->terminal);
    merge_free(&capture->saving.merge);
    free(capture->sessions.list);
    free(capture->reports);
}
