/*
 * The instances of an app's process, as Cloud Controller lists them.
 * Reference: V3 API, "Get stats for a process": GET /v3/processes/GUID/stats.
 */
#ifndef INSTANCES_H
#define INSTANCES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "index_list.h"
#include "options.h"

struct listed_instance {
    unsigned int index;
    bool running;
    uint64_t uptime;  /* s that it has run, rounded down; 0: Cloud Controller does not say */
    char address[46]; /* its own, in the network of containers; "": Cloud Controller does not say */
    char guid[64];    /* of its container; "": the same */
    char state[24];   /* as listed: RUNNING, STARTING, CRASHED, DOWN ...; cut */
};

struct instances {
    struct listed_instance *list; /* by index; the caller's to free */
    size_t count;
    unsigned int beside; /* of another version, which `cf ssh` does not reach (cf_answer.h) */
};

/*
 * Reads the reply. 0; -EBADMSG: it is not what it should be; -ENOENT: it is an error, whose detail
 * is in `error`; -ENOMEM.
 */
int instances_parse(struct instances *instances, const char *json, size_t length, char *error,
                    size_t error_size);

/*
 * Keeps of the list only what was asked for (all, if nothing was). -ENOENT: an index that was
 * asked for does not exist; `error` says which, and which do.
 */
int instances_choose(struct instances *instances, const struct instance_range *ranges, size_t count,
                     char *error, size_t error_size);

/* Writes "0, 2-4" into `text`: the indexes of those for which running is as given; cut with "...".
 * Returns the list, for its count. */
struct index_list instances_describe(const struct instances *instances, bool running, char *text,
                                     size_t size);

/* How many run. */
size_t instances_running(const struct instances *instances);

#endif
