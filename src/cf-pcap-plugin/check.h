/*
 * cf pcap --check APP: would a capture of this app work? Goes the way of a capture, login, SSH,
 * app, container, tool, policy, capability, without capturing, and says for each step whether
 * something would stop it, and who can change that.
 */
#ifndef CHECK_H
#define CHECK_H

#include "cf.h"
#include "console.h"
#include "core/core.h"
#include "instances.h"
#include "lookup.h"
#include "options.h"

struct check {
    /* The caller's, to be set before. */
    const struct options *options;
    const struct cf *cf;
    struct console *console;

    char guid[CF_GUID_SIZE];
    char space[64];
    struct instances instances; /* the caller's to free */
    bool failed;
    bool ssh_disabled;
};

/* The steps that Cloud Controller knows about, each with a line. True: the containers are next,
 * those of `instances` that run. */
bool check_platform(struct check *check);

/* The steps in the containers: what the sessions of the core have come to (core/probe.h). */
void check_containers(struct check *check, const struct core *core);

/* The last line. Returns the exit status: 0, nothing would stop a capture; 1. */
int check_end(struct check *check);

#endif
