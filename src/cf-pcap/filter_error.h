/*
 * Explains in one line what is wrong with a filter, where, and what was probably meant.
 */
#ifndef FILTER_ERROR_H
#define FILTER_ERROR_H

#include <pcap/pcap.h>
#include <stdbool.h>

/* Nothing but blanks: not a filter. */
bool filter_is_blank(const char *expression);

/*
 * Prints why pcap_compile(3) has just refused an expression: libpcap's reason; the longest
 * beginning that is right, if it is a syntax error; and what filter_hint.h finds.
 */
void filter_explain(pcap_t *capture, const char *expression, bpf_u_int32 netmask);

#endif
