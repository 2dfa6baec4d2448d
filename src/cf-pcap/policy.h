/*
 * The operator's policy: the file cf-pcap.policy in the directory of the executable, put there by
 * the lifecycle assembly. Lines `KEY VALUE`, separated by blanks; empty lines are
 * skipped, and so is what follows a # at the beginning of a word:
 *
 *     require_ssh yes|no      capture only in SSH sessions (default yes)
 *     log_captures yes|no     lines in the app's log at start and end of a capture (default no)
 *     max_snaplen BYTES       0 to 262144; 0: no limit (default)
 *     max_duration SECONDS    0 to 31536000; 0: no limit (default)
 */
#ifndef POLICY_H
#define POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "options.h"

enum { POLICY_MAX_BYTES = 4096 };

struct policy {
    bool require_ssh;
    uint32_t max_snaplen;  /* bytes; 0: none */
    uint32_t max_duration; /* seconds; 0: none */
    bool log_captures;
};

/*
 * Reads a policy from text, which need not end in '\0'. 0, or -EINVAL after a message that names
 * the line (and `name`, the file): unknown key, bad value, a key twice.
 */
int policy_parse(struct policy *policy, const char *name, const char *text, size_t length);

/*
 * Reads the policy file of a directory. Takes the defaults if there is none. 0, or a negative errno
 * after a message: not a regular file (nor is a symbolic link), over 4096 bytes, not readable, or
 * an error of policy_parse. After an error, do not capture.
 */
int policy_load(struct policy *policy, const char *directory);

/*
 * Enforces require_ssh and max_snaplen: a snaplen that was not asked for is cut to the limit.
 * max_duration is control_open's. 0, or -EPERM after a message.
 */
int policy_apply(const struct policy *policy, struct options *options, bool ssh_session);

#endif
