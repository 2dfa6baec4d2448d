#include "extcap.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "../version.h"
#include "extcap_apps.h"
#include "system/system.h"
#include "toolbar.h"

enum {
    PATIENCE = 60000, /* ms for Wireshark to open the pipe: a busy machine takes more than five s */
    LOOK_INTERVAL = 20,
};

static int print_interfaces(void)
{
    printf("extcap {version=%s}{help=https://www.tcpdump.org/manpages/pcap-filter.7.html}"
           "{display=Cloud Foundry}\n"
           "interface {value=%s}{display=Cloud Foundry app}\n",
           CF_PCAP_VERSION, EXTCAP_INTERFACE);
    toolbar_print_controls();
    return 0;
}

/* What it captures may be something else: the capture says so itself, in pcapng. */
static int print_dlts(void)
{
    printf("dlt {number=1}{name=EN10MB}{display=Ethernet}\n");
    return 0;
}

/*
 * What is typed is a string, and the list another argument: Wireshark 4.0 has no list in which one
 * can type, and a list that is empty until it is loaded forgets what was chosen.
 */
static int print_config(void)
{
    printf("arg {number=0}{call=--app}{display=App}{type=string}"
           "{tooltip=The name of the app to capture; it may be chosen below instead}\n"
           "arg {number=1}{call=--listed}{display=... or one of these}{type=selector}"
           "{reload=true}{placeholder=Load apps}"
           "{tooltip=The apps of the targeted space, once they are loaded; counts where no name is "
           "typed above}\n");
    printf(EXTCAP_NO_APP, "none: load the apps of the targeted space");
    printf("arg {number=2}{call=--process}{display=Process}{type=string}{default=web}"
           "{tooltip=Instances of this process of the app}\n"
           "arg {number=3}{call=--instance}{display=Instances}{type=string}"
           "{placeholder=all}{tooltip=Only these: 1 or 0,2 or 0-3}\n"
           "arg {number=4}{call=--interface}{display=Interface}{type=selector}"
           "{tooltip=On eth0 the traffic of the app's route is TLS, the same in plaintext is on "
           "lo}\n"
           "value {arg=4}{value=eth0}{display=eth0: what the container sends and receives}"
           "{default=true}\n"
           "value {arg=4}{value=lo}{display=lo: within the container}\n"
           "value {arg=4}{value=eth0,lo}{display=eth0 and lo, each packet with its interface}\n"
           "value {arg=4}{value=any}{display=any: both, as one interface}\n"
           "arg {number=5}{call=--snaplen}{display=Bytes of each packet}{type=unsigned}"
           "{range=0,262144}{default=0}"
           "{tooltip=Capture only so much of each packet; 0 is all of it}\n"
           "arg {number=6}{call=--follow}{display=Follow restarts}{type=boolflag}{default=false}"
           "{tooltip=Instances that end are captured again once they run, and new ones, too}\n"
           "arg {number=7}{call=--tls-keys}{display=TLS keys}{type=string}"
           "{tooltip=The file in the container that the app writes its TLS keys to, such as "
           "/tmp/keys.log; the capture then contains them}\n");
    return 0;
}

/*
 * A capture that fails before it begins, or whose call is wrong, has not opened the pipe, and its
 * reader would wait for ever: it gets a capture without packets. If the extcap ended before the
 * reader had opened the pipe, Wireshark would remove it, and tell of a device that is not there
 * instead of what went wrong.
 */
static void end_fifo(const char *path, bool waits)
{
    static const uint32_t empty[] = {0xa1b2c3d4, 2 | 4 << 16, 0, 0, 262144, 1};
    int fd;

    for (int waited = 0; (fd = system_open(path, SYSTEM_NO_WAIT | SYSTEM_THERE)) == -ENXIO &&
                         waits && waited < PATIENCE;
         waited += LOOK_INTERVAL)
        uv_sleep(LOOK_INTERVAL);
    if (fd < 0)
        return; /* there is no reader (any more) */
    if (system_kind_of(fd) == SYSTEM_IS_PIPE && write(fd, empty, sizeof empty) < 0)
        errno = 0;
    close(fd);
}

/* Else a file would be made of its name. */
static bool has_fifo(const struct extcap *extcap, struct extcap_outcome *outcome)
{
    if (system_kind_at(extcap->fifo) == SYSTEM_IS_PIPE)
        return true;
    fprintf(stderr, "--fifo %s: there is no such named pipe (any more); Wireshark makes it\n",
            extcap->fifo);
    outcome->unwanted = true;
    return false;
}

/* From here on a signal ends the program: it is at its end, and waits for Wireshark alone. */
static void stop_catching(void)
{
    static const int numbers[] = {SIGINT, SIGTERM};

    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (!system_is_ignored(numbers[i]))
            signal(numbers[i], SIG_DFL);
}

/*
 * Wireshark shows a window for whatever is on stderr. Messages are kept until it is known whether
 * the capture has failed.
 */
static int capture(struct extcap *extcap, extcap_pcap *pcap, struct toolbar *toolbar,
                   struct extcap_outcome *outcome)
{
    FILE *messages = tmpfile(), *nowhere = tmpfile();
    int standard = dup(STDERR_FILENO), status;
    char text[4096];
    size_t length;

    if (messages == NULL || nowhere == NULL || standard < 0) {
        fprintf(stderr, "There is no place for temporary files (TMPDIR): %s.\n", strerror(errno));
        return 1;
    }
    dup2(fileno(messages), STDERR_FILENO);
    dup2(fileno(nowhere), STDOUT_FILENO);
    status = pcap(extcap->count, (char **)extcap->words, toolbar, outcome);
    fflush(stderr);
    stop_catching();
    if (status != 0 && !outcome->began)
        end_fifo(extcap->fifo, !outcome->unwanted);
    dup2(standard, STDERR_FILENO);
    rewind(messages);
    while (status != 0 && (length = fread(text, 1, sizeof text, messages)) > 0)
        fwrite(text, 1, length, stderr);
    if (status == 0 && outcome->warning[0] != '\0')
        fprintf(stderr,
                "%s Once the capture is saved, 'cf pcap --sort-keys FILE' puts them in front.\n",
                outcome->warning);
    fclose(messages);
    return status;
}

static int answer(struct extcap *extcap, extcap_pcap *pcap, struct toolbar *toolbar,
                  struct extcap_outcome *outcome)
{
    switch (extcap->call) {
    case EXTCAP_INTERFACES:
        return print_interfaces();
    case EXTCAP_DLTS:
        return print_dlts();
    case EXTCAP_CONFIG:
        return print_config();
    case EXTCAP_RELOAD:
        return extcap_print_apps();
    case EXTCAP_FILTER:
        return 0; /* libpcap, which knows, is in the container: the capture tells */
    case EXTCAP_CAPTURE:
        return has_fifo(extcap, outcome) ? capture(extcap, pcap, toolbar, outcome) : 1;
    case EXTCAP_WRONG:
    case EXTCAP_NONE:
        break;
    }
    fprintf(stderr, "%s\n", extcap->error);
    fflush(stderr);
    if (extcap->fifo != NULL)
        end_fifo(extcap->fifo, true);
    return 1;
}

int extcap_run(struct extcap *extcap, extcap_pcap *pcap)
{
    struct toolbar toolbar;
    struct extcap_outcome outcome = {.began = false};

    toolbar_begin(&toolbar, extcap->control_in, extcap->control_out);
    int status = answer(extcap, pcap, &toolbar, &outcome);
    fflush(stderr);
    toolbar_end(&toolbar, !outcome.began && !outcome.unwanted);
    return status;
}
