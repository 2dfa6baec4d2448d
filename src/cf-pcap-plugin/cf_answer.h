/*
 * What the CLI prints in answer to a short command, read: its own words, and Cloud Controller's,
 * which are text of unknown origin. The instances of a process, the largest of these answers, are
 * read in instances.h.
 */
#ifndef CF_ANSWER_H
#define CF_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

enum { CF_GUID_SIZE = 64 };

/* `cf app NAME --guid`: takes the first line, if it is nothing but what a GUID is made of, for it
 * becomes part of a path. 0 or -EBADMSG. */
int cf_answer_guid(char guid[CF_GUID_SIZE], const char *text);

/* /v3/apps/GUID/ssh_enabled: 1; 0: no, `reason` in Cloud Controller's words, fit to be shown;
 * -EBADMSG: it does not say. */
int cf_answer_ssh_enabled(char *reason, size_t size, const char *json, size_t length);

/* /v3/apps/GUID/processes/TYPE: its GUID. 0; -ENOENT: Cloud Controller says that there is an error,
 * `error` in its words, fit to be shown; -EBADMSG. */
int cf_answer_process(char guid[CF_GUID_SIZE], const char *json, size_t length, char *error,
                      size_t size);

/* Does what cf_answer_failure found say that the login is void, or that there is no such app? */
bool cf_answer_is_expired(const char *error);
bool cf_answer_is_no_app(const char *error);

/* What a command that failed said on stderr, on one line and fit to be shown; empty if it said
 * nothing. */
void cf_answer_failure(char *error, size_t size, const char *messages);

#endif
