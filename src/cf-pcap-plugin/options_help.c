/* What `cf help pcap` shows. */
#include <stddef.h>

#include "options.h"

const char options_usage[] =
    "CF_NAME pcap APP [-o FILE] [--interface NAME]... [-f FILTER] [-s BYTES] [-i INDEX]...\n"
    "      [--process TYPE] [-d DURATION] [-c PACKETS] [--max-size SIZE] [--reserve SIZE]\n"
    "      [--rotate-size SIZE] [--rotate-time TIME] [--keep FILES] [--split] [--follow]\n"
    "      [--format pcap|pcapng] [--wireshark[=PROGRAM]] [--tls-keys FILE]\n"
    "      [-y] [--verbose] [--check]\n"
    "\n"
    "   Captures network packets inside the containers of an app's running instances and saves "
    "them\n"
    "   to one file, in order of time, until ^C or for a given time. FILTER is a pcap filter, see\n"
    "   https://www.tcpdump.org/manpages/pcap-filter.7.html. On eth0 the traffic of an app's "
    "route\n"
    "   is TLS; the same in plaintext is on lo.\n"
    "\n"
    "EXAMPLES:\n"
    "   CF_NAME pcap myapp\n"
    "   CF_NAME pcap myapp -o capture.pcap -f \"tcp port 5432\"\n"
    "   CF_NAME pcap myapp -o capture.pcap --interface lo -i 0,2 -d 30s\n"
    "   CF_NAME pcap myapp -o capture.pcapng --interface eth0,lo\n"
    "   CF_NAME pcap myapp -o capture.pcapng --process worker -s 128\n"
    "   CF_NAME pcap myapp -o - | tcpdump -n -r -\n"
    "   CF_NAME pcap myapp --wireshark\n"
    "   CF_NAME pcap myapp --check";

const struct option_help options_help[] = {
    {"output, -o, -w FILE",
     "Save to this file; '-' is standard output (Default: APP-DATE-TIME.pcap)"},
    {"interface NAME",
     "Capture on these interfaces: eth0, lo, eth0,lo or any; can be repeated (Default: eth0)"},
    {"filter, -f FILTER", "Capture only packets that match this pcap filter"},
    {"snaplen, -s BYTES", "Capture only so much of each packet (Default: all of it)"},
    {"instance, -i INDEX", "Only these instances: 1 or 0,2 or 0-3; can be repeated (Default: all)"},
    {"process TYPE", "Instances of this process of the app (Default: web)"},
    {"duration, -d TIME",
     "Stop after this time, such as 500ms, 1.5s, 5m or 1h30m (Default: at ^C)"},
    {"count, -c PACKETS", "Stop after so many packets, of all instances together"},
    {"max-size SIZE",
     "Stop before the capture is larger than this, such as 500MB or 2GiB: B, kB, MB, GB are powers "
     "of 1000, KiB, MiB, GiB of 1024"},
    {"rotate-size SIZE",
     "Begin another file before this one is larger than this; names as capture_00001_DATE.pcap"},
    {"rotate-time TIME", "Begin another file after this time, such as 1h"},
    {"keep FILES", "Remove the oldest file when there are more than so many (Default: keep all)"},
    {"split",
     "A file for each instance: of -o capture.pcap capture-0.pcap, capture-1.pcap and so on"},
    {"reserve SIZE", "Stop when less than this is free on the disk; 0: fill it (Default: 5 % of "
                     "the disk, but at least 100 MB and at most 1 GB)"},
    {"format pcap|pcapng",
     "Format of the file; pcapng tells which instance saw a packet, and on which "
     "interface (Default: pcap; pcapng if FILE ends in .pcapng, and for "
     "several interfaces unless it ends in .pcap)"},
    {"follow", "Capture instances again that end, and new ones, until ^C or for --duration"},
    {"wireshark[=PROGRAM]",
     "Show the capture in Wireshark while it runs, and with -o save it, too; PROGRAM can be tshark "
     "or termshark (Default: $CF_PCAP_WIRESHARK, or Wireshark)"},
    {"tls-keys FILE",
     "Put the TLS keys that the app writes to this file in its container into the capture "
     "(pcapng): "
     "anyone who has it can read that traffic; 'editcap --discard-all-secrets' takes them out"},
    {"sort-keys FILE",
     "Put the TLS keys of a saved capture that came late in front of its packets; without APP"},
    {"check",
     "Do not capture: say whether something would stop a capture, and who can change that"},
    {"install-extcap", "Put 'Cloud Foundry app' into Wireshark's list of interfaces; without APP"},
    {"remove-extcap", "Take it out again; without APP"},
    {"yes, -y", "Do not ask before capturing on more than 20 instances"},
    {"verbose", "Show what is run, how long it takes, what each instance says, and all rows of the "
                "table"},
    {"help, -h", "Show this help"},
    {NULL, NULL},
};
