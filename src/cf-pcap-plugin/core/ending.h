/*
 * Why did an instance's capture end? From what its `cf ssh` left behind, one line for a person.
 * All of it is untrusted text: what is quoted of it is made fit to be shown.
 */
#ifndef ENDING_H
#define ENDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../pcap-merge/stream.h"

struct ending {
    const char *app;
    const struct stream *stream; /* how far it came */
    int status;           /* of cf ssh; 128 + signal; a negative errno: it could not be started */
    const char *messages; /* its stderr, or the last of it */
    size_t messages_length;
    bool http_proxy_alone; /* an HTTP proxy is set, and none that the CLI uses for SSH (advice.h) */
};

enum verdict {
    VERDICT_ENDED, /* by itself, and in order */
    VERDICT_FAILED,
    VERDICT_LOGIN_FAILED, /* the CLI did not come as far as the container, and said why */
    VERDICT_NO_SHELL,     /* in the container is none that could run the tool */
    VERDICT_SSH_REFUSED,  /* the same; Cloud Controller may know more */
};

enum verdict ending_explain(const struct ending *ending, char *text, size_t size);

/* Is it that the container has no shell of POSIX? `text` says why. */
bool ending_without_shell(const struct ending *ending, char *text, size_t size);

/* Reads the last count of the tool in its messages: of a line that is a number and then `what`
 * ("packets dropped by kernel"). */
bool ending_count(const char *messages, size_t length, const char *what, uint64_t *count);

/* The tool could not ask the kernel for its counts: those that it gives are void. */
bool ending_has_no_counts(const char *messages, size_t length);

#endif
