/*
 * What runs in an instance: the capture tool, and beside it a few lines of shell.
 */
#ifndef COMMAND_H
#define COMMAND_H

#include <stddef.h>
#include <stdint.h>

#include "../hosts.h"

/*
 * Lines on stderr by which a session shows that its connection is alive, whether or not the app
 * sends packets: COMMAND_BEAT every COMMAND_BEAT_INTERVAL from the start, COMMAND_ANSWER once
 * when it was asked to end. Not where the container has no sleep(1).
 */
#define COMMAND_BEAT "cf-pcap: alive"
#define COMMAND_ANSWER "cf-pcap: asked to end"

/* A line on stderr begins with this, if the container knows: the GUIDs of the process (type) and of
 * the instance that the session has come to, with a blank between them. */
#define COMMAND_PLACE "cf-pcap: in "
enum { COMMAND_BEAT_INTERVAL = 3 /* s */ };

/* Likewise the operating system of the container: Linux, the kernel's release, and behind a comma
 * what os-release(5) calls PRETTY_NAME, if there is one. */
#define COMMAND_OS "cf-pcap: os "

/* The remote command: runs the tool with flags that diego-release's tool understands too.
 * `snaplen` 0, `filter` NULL: none. 0 or -ENAMETOOLONG (a filter of more than some 60,000 bytes).
 */
int command_make(char *command, size_t size, const char *interface, uint32_t snaplen,
                 const char *filter);

/*
 * The remote command of --check: it comes as far as a capture without being one. The tool looks at
 * the operator's policy, then raises its capability and opens the interface, and only then reads
 * the filter, which is a wrong one: that it complains of this filter says that nothing else is in
 * the way. Its standard output goes nowhere, whatever it does. 0 or -ENAMETOOLONG.
 */
#define COMMAND_WRONG_FILTER "and"
int command_make_check(char *command, size_t size, const char *interface, uint32_t snaplen);

/*
 * The remote command of a follower (keys.h): its standard output is that file, an absolute path, as
 * it is and as it grows; where it has more than COMMAND_KEYS_MAX bytes, the last of them. Lines on
 * stderr say how it is about the file, COMMAND_KEYS and one of: followed, missing, unreadable,
 * folder; and signs of life come, as of the tool. End of file on stdin ends it. 0 or -ENAMETOOLONG.
 */
#define COMMAND_KEYS "cf-pcap: keys: "
enum { COMMAND_KEYS_MAX = 16 * 1024 * 1024 };
int command_make_keys(char *command, size_t size, const char *file);

/*
 * The remote command that resolves names as the container does, by getent(1). On its standard
 * output each begins a line, COMMAND_HOST and its number in the list; lines that begin with an
 * address follow. It ends within some 10 seconds where there is a timeout(1), and once the name
 * server has not answered twice; and at end of file on stdin. 0 or -ENAMETOOLONG.
 */
#define COMMAND_HOST "cf-pcap: host "
int command_make_resolve(char *command, size_t size, const struct hosts *hosts);

#endif
