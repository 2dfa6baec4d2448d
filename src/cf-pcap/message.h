/*
 * Messages on stderr: lines that begin with "cf-pcap: ".
 */
#ifndef MESSAGE_H
#define MESSAGE_H

#include <stddef.h>

/*
 * Prints one line. Writes control characters and bytes that are not printable ASCII as \xHH (a tab
 * as a blank), because a message may carry text from the command line, the policy file or the
 * environment, which must neither begin a second line nor drive a terminal. Cuts a line at 4096
 * bytes, and marks that with "...". Takes printf's arguments; allocates nothing. Never waits: drops
 * a line for which stderr has no room because its reader is slow.
 */
void message(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Writes a line that is complete, with "cf-pcap: " and newline, as message does. A signal handler
 * may call it. */
void message_write(const char *line, size_t length);

#endif
