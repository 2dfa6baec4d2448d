/*
 * The version of this release, as `cf-pcap --version`, `cf plugins` and the logs print it.
 * scripts/release sets it here and in the ops files, which pin it.
 */
#ifndef VERSION_H
#define VERSION_H

#define CF_PCAP_VERSION_MAJOR 0
#define CF_PCAP_VERSION_MINOR 2
#define CF_PCAP_VERSION_BUILD 0

#define VERSION_STRING_(a, b, c) #a "." #b "." #c
#define VERSION_STRING(a, b, c) VERSION_STRING_(a, b, c)
#define CF_PCAP_VERSION                                                                            \
    VERSION_STRING(CF_PCAP_VERSION_MAJOR, CF_PCAP_VERSION_MINOR, CF_PCAP_VERSION_BUILD)

#endif
