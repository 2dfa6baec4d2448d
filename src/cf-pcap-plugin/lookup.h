/*
 * What has to be asked of Cloud Foundry before a capture, and after one that failed: through the
 * CLI, with the user's login. Each function prints nothing; `error` gets what went wrong.
 */
#ifndef LOOKUP_H
#define LOOKUP_H

#include "cf.h"
#include "cf_answer.h"
#include "instances.h"

enum { LOOKUP_ERROR_SIZE = 1024, LOOKUP_PATH_SIZE = 128 };

/* `cf app NAME --guid`. 0 or -1. */
int lookup_guid(const struct cf *cf, const char *app, char guid[CF_GUID_SIZE], char *error);

/* Where Cloud Controller tells of the app's processes, and of the instances of a process. */
void lookup_processes_path(char path[LOOKUP_PATH_SIZE], const char *guid);
void lookup_stats_path(char path[LOOKUP_PATH_SIZE], const char *process);

/* The instances of the app's process `type` that `cf ssh` goes to. 0 or -1. */
int lookup_instances(const struct cf *cf, const char *guid, const char *type,
                     struct instances *instances, char *error);

/* Is SSH into the app's containers enabled? 1; 0: no, `reason` in Cloud Controller's words;
 * a negative errno: cannot be told. */
int lookup_ssh_enabled(const struct cf *cf, const char *guid, char *reason, size_t size);

#endif
