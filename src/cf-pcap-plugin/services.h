/*
 * The host names of an app's bound services. They come with passwords, of which nothing is kept.
 */
#ifndef SERVICES_H
#define SERVICES_H

#include "hosts.h"

/*
 * Adds those in Cloud Controller's reply to GET /v3/apps/GUID/env (V3 API, "Get environment for an
 * app"): of the fields of credentials whose names say that they tell hosts (host, uri, jdbcUrl,
 * brokers ...). 0; -EBADMSG: it is not what it should be; -EACCES: it is an error, whose detail is
 * in `why`.
 */
int services_hosts(struct hosts *hosts, const char *json, size_t length, char *why, size_t size);

#endif
