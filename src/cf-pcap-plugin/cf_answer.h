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

/* {"errors": [{"detail": "Process not found", ...}, ...]}: is it an error of Cloud Controller's?
 * `error` gets its detail, fit to be shown. */
struct yyjson_val;
bool cf_answer_error(struct yyjson_val *root, char *error, size_t size);

/* The process of an app that `cf ssh` goes to. */
struct cf_process {
    char guid[CF_GUID_SIZE];
    unsigned int beside; /* instances of others of its type: of the version that is deployed now */
};

/*
 * /v3/apps/GUID/processes: the first one of that type, as the CLI takes it (its
 * actor/v7action/ssh.go). Cloud Controller lists the oldest first, and while an app is deployed it
 * has two of type web. 0; -ENOENT: there is none, or Cloud Controller says that there is an error:
 * `error` says it, fit to be shown; -EBADMSG.
 */
int cf_answer_process(struct cf_process *process, const char *type, const char *json, size_t length,
                      char *error, size_t size);

/* Does what cf_answer_failure found say that the login is void, or that there is no such app? */
bool cf_answer_is_expired(const char *error);
bool cf_answer_is_no_app(const char *error);

/* What a command that failed said on stderr, on one line and fit to be shown; empty if it said
 * nothing. */
void cf_answer_failure(char *error, size_t size, const char *messages);

#endif
