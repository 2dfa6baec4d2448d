/*
 * What the CLI prints in answer to a short command, read: its own words, and Cloud Controller's,
 * which are text of unknown origin. The instances of a process, the largest of these answers, are
 * read in instances.h.
 */
#ifndef REPLY_H
#define REPLY_H

#include <stddef.h>

enum { REPLY_GUID_SIZE = 64 };

/* `cf app NAME --guid`: takes the first line, if it is nothing but what a GUID is made of, for it
 * becomes part of a path. 0 or -EBADMSG. */
int reply_guid(char guid[REPLY_GUID_SIZE], const char *text);

/* /v3/apps/GUID/ssh_enabled: 1; 0: no, `reason` in Cloud Controller's words, fit to be shown;
 * -EBADMSG: it does not say. */
int reply_ssh_enabled(char *reason, size_t size, const char *json, size_t length);

/* What a command that failed said on stderr, on one line and fit to be shown; empty if it said
 * nothing. */
void reply_failure(char *error, size_t size, const char *messages);

#endif
