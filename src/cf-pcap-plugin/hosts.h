/*
 * Host names that a capture is to show in the place of addresses: those of the app's bound services
 * and those of the capture filter. What they resolve to is asked in the container (core/naming.h).
 *
 * Values of services hold passwords. Where it is not certain what the host is, a value is left out:
 * the container's name server sees what is taken for one.
 */
#ifndef HOSTS_H
#define HOSTS_H

#include <stdbool.h>
#include <stddef.h>

enum {
    HOSTS_MAX = 32,       /* names; those that come after them are left out */
    HOST_NAME_SIZE = 128, /* of one, the NUL included; longer ones are left out */
};

/* Each is once in it. Of letters, digits, '-', '.' and '_', beginning with none of the first two of
 * these: fit for a shell as it is. */
struct hosts {
    char names[HOSTS_MAX][HOST_NAME_SIZE];
    size_t count;
};

/* Adds one, if it is such a name, and there is room. */
void hosts_add(struct hosts *hosts, const char *name);

/* Is this name, in these very letters, one of them? */
bool hosts_has(const struct hosts *hosts, const char *name);

/* Adds the host names of a capture filter: what follows `host`, `src`, `dst` or `gateway`
 * (pcap-filter(7)). */
void hosts_of_filter(struct hosts *hosts, const char *filter);

/*
 * Adds those of a value that tells hosts: SCHEME://USER:PASSWORD@HOST:PORT,HOST:PORT/PATH, or hosts
 * alone, with ports or not. A password may hold whatever separates these parts: where an at sign
 * stands behind the hosts one cannot tell, and the value is left out.
 */
void hosts_add_value(struct hosts *hosts, const char *text, size_t length);

#endif
