/*
 * A capture on several instances, from the first `cf ssh` to the last packet in the file.
 */
#ifndef CAPTURE_H
#define CAPTURE_H

#include "cf.h"
#include "instances.h"
#include "options.h"
#include "report.h"
#include "saving.h"
#include "say.h"
#include "sessions.h"
#include "terminal.h"

enum capture_timer { TIMER_TICK, TIMER_DUE, TIMER_DURATION, CAPTURE_TIMERS };
enum { CAPTURE_SIGNALS = 4 };

struct capture {
    /* The caller's, to be set before. */
    const struct options *options;
    const struct cf *cf;
    struct voice *voice;
    const char *path; /* of the output; "-" is standard output */

    /* To be read afterwards. */
    bool failed;  /* the exit status is to say so */
    bool refused; /* SSH was refused */

    size_t count; /* instances; as many sessions, reports and streams of the merge */
    struct sessions sessions;
    struct report *reports;
    struct saving saving;

    uv_loop_t loop;
    uv_check_t after_input;
    uv_timer_t timers[CAPTURE_TIMERS];
    uv_signal_t signals[CAPTURE_SIGNALS];
    struct terminal terminal;
    int parent; /* process id of `cf` */

    bool dirty;     /* something happened since all was looked at */
    bool announced; /* the user knows that all instances capture */
};

/*
 * Captures on the given instances until it is stopped, and tells the user what happens, up to the
 * summary. 0, or a negative errno before anything was started.
 */
int capture_run(struct capture *capture, const struct instances *instances);
void capture_free(struct capture *capture);

/* The stream of an instance, by its number in the capture. */
static inline const struct merge_stream *capture_stream(const struct capture *capture,
                                                        size_t number)
{
    return &capture->saving.merge.streams[number];
}

#endif
