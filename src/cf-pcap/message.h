/*
 * What cf-pcap says on stderr: lines that begin with "cf-pcap: ".
 */
#ifndef MESSAGE_H
#define MESSAGE_H

/*
 * Prints one line. Control characters and bytes that are not printable ASCII are written as \xHH (a
 * tab as a blank): a message may carry text from the command line, the policy file or the
 * environment, and must neither break into a second line nor drive a terminal. A line is cut at
 * 4096 bytes, which is marked by "...". Takes printf's arguments; allocates nothing. Never waits: a
 * line for which stderr has no room, because nobody reads it, is left out.
 */
void message(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
