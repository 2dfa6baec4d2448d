/*
 * What is known of each instance beside what the merge counts, and the words for it.
 */
#ifndef REPORT_H
#define REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct capture;

struct report {
    char name[160]; /* as in pcapng: APP/INDEX eth0 */
    bool done;      /* its end was looked at */
    bool early;     /* it ended by itself */
    bool badly;     /* it was asked to, and failed over it */
    bool told;      /* with `why` */
    bool deferred;  /* `why` is told in the end: Cloud Controller may know more */
    char why[1200];
    bool has_drops;           /* all of them are known */
    uint64_t received, drops; /* as the tool counted; drops: until now */
    bool has_skew;
    int64_t skew; /* nanoseconds that its clock is ahead of ours, as far as can be seen */
};

/* Reads what the tools say of dropped packets while they capture. diego-release's says nothing. */
void report_drops(struct capture *capture);

/* Looks at the time of the last packet of each instance. */
void report_clocks(struct capture *capture);

/* An instance's capture is over: reads the tool's counts, and tells the user at once if that was
 * not asked for; the same only once. */
void report_end(struct capture *capture, size_t number);

/* What is left to be told when all is over: which other instances ended for the same reason, and
 * whose clocks differ. */
void report_rest(struct capture *capture);

#endif
