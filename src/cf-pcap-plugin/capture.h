/*
 * A capture on several instances, from the first `cf ssh` to the last packet in the file.
 */
#ifndef CAPTURE_H
#define CAPTURE_H

#include "cf.h"
#include "instances.h"
#include "merge.h"
#include "options.h"
#include "report.h"
#include "say.h"
#include "session.h"
#include "terminal.h"

enum capture_timer { TIMER_TICK, TIMER_WAKE, TIMER_FLUSH, TIMER_DURATION, CAPTURE_TIMERS };
enum { CAPTURE_SIGNALS = 4 };

struct capture {
    /* The caller's, to be set before. */
    const struct options *options;
    const struct cf *cf;
    struct voice *voice;
    const char *path; /* of the output; "-" is standard output */

    /* To be read afterwards. */
    bool failed;  /* the exit status is to say so */
    bool opened;  /* at least one instance sent a capture: there is an output */
    bool refused; /* SSH was refused */

    size_t count; /* instances; as many sessions, reports and streams of the merge */
    struct session *sessions;
    struct report *reports;
    char command[65536]; /* what runs in each instance */

    uv_loop_t loop;
    uv_check_t after_input;
    uv_timer_t timers[CAPTURE_TIMERS];
    uv_signal_t signals[CAPTURE_SIGNALS];
    uv_poll_t output_room;
    struct terminal terminal;
    int parent; /* process id of `cf` */

    struct merge merge;
    struct writer writer;
    struct output output;

    bool dirty;                /* something happened since the merge was run */
    bool blocked;              /* the output takes no more for now */
    bool output_gone;          /* nothing can be written any more */
    bool announced;            /* the user knows that all instances capture */
    bool stopping;             /* no more packets are wanted */
    size_t statistics_written; /* instances whose counts are in the file */
    uint64_t flushed_at;       /* ms */
    uint64_t stopped_clock;    /* nanoseconds since 1970 */
};

/*
 * Captures on the given instances until it is stopped, and tells the user what happens, up to the
 * summary. 0, or a negative errno before anything was started.
 */
int capture_run(struct capture *capture, const struct instances *instances);
void capture_free(struct capture *capture);

#endif
