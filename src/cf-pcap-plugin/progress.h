/*
 * The line that is written over while a capture runs, and the summary after it.
 */
#ifndef PROGRESS_H
#define PROGRESS_H

#include "capture.h"

void progress_show(struct capture *capture);

/* Packets of each instance, dropped, late, ended early; totals. */
void progress_summarize(struct capture *capture);

#endif
