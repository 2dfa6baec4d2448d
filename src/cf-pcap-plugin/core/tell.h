/*
 * What the user is told, one line at a time: while the capture runs (tell.c), the line that is
 * written over (live.c), how an instance ended (instance_end.c), and when all is over (closing.c)
 * the summary (summary.c), and what was saved (saved.c).
 */
#ifndef TELL_H
#define TELL_H

#include "core.h"

#define TEXT(core, ...) snprintf((core)->text, sizeof(core)->text, __VA_ARGS__)

/* The next line, or ACTION_FINISH once all is over and told: an enum core_action_kind. */
int tell_next(struct core *core, struct core_action *action);

/* A line that is told once nothing else is to be done. What does not fit behind those that wait is
 * left out. */
void tell_later(struct core *core, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* As tell_next, once all is over: the summary, what is to be said of it, and at last ACTION_FINISH.
 */
int tell_closing(struct core *core, struct core_action *action);

/* Why the instance ended, in core->text; false: the same was told of another. */
bool tell_why(struct core *core, struct instance *instance);

/* How an instance's capture ended: fills in the instance's fields about that. It is over. */
void tell_end(struct core *core, struct instance *instance);

/* The live line as it is now, in core->text. */
void tell_live(struct core *core);

/* Appends to core->text how far it is, and what is waited for. */
void tell_progress(struct core *core);

/* That nothing came, and what is usual then, in core->text: quiet.c. `so_far`: the capture goes on;
 * false: it is over. False is returned where that is not known, or was told. */
bool tell_quiet(struct core *core, bool so_far);

/* The next line about what was saved, in core->text; false: there is none any more (saved.c). */
bool tell_saved(struct core *core);

/* Which other outputs failed like one that was told of: the same. */
bool tell_same_outputs(struct core *core);

/* The next line of the summary, in core->text; false: there is none any more. */
bool tell_summary(struct core *core);

/* From when to when, in ms, all instances were to be captured. */
void tell_span(const struct core *core, uint64_t *from, uint64_t *until);

/* ms of that span in which the instance was not captured. */
uint64_t tell_missed(const struct core *core, const struct instance *instance);

/* Whole packets that came, were wanted, and are not in the output. */
uint64_t tell_lost(const struct core *core);

#endif
