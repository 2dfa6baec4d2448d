/*
 * cf-pcap: captures packets in an app's container. The order is the design (docs/security.md, "The
 * process, stage by stage"): read and check everything; raise the privilege for one call and give
 * it up for good; only then parse the user's filter.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../version.h"
#include "../wide_pipe.h"
#include "capture.h"
#include "clock.h"
#include "control.h"
#include "deadline.h"
#include "descriptors.h"
#include "exclusion.h"
#include "filter.h"
#include "instance_ports.h"
#include "interface.h"
#include "logline.h"
#include "memory.h"
#include "message.h"
#include "options.h"
#include "output.h"
#include "policy.h"
#include "privilege.h"
#include "reason.h"
#include "sandbox.h"
#include "slot.h"
#include "ssh_session.h"

enum { STATUS_BROKE = 1, STATUS_REFUSED = 2 };
enum { FILTER_SECONDS_MAX = 30 };

/* The directory of the running executable, as the kernel knows it. 0 or a negative errno. */
static int executable_directory(char *directory, size_t size)
{
    ssize_t length = readlink("/proc/self/exe", directory, size - 1);

    if (length < 0)
        return -errno;
    directory[length] = '\0';

    char *slash = strrchr(directory, '/');
    if (slash == NULL)
        return -ENOENT;
    *slash = '\0';
    return 0;
}

static void show_privileges(const char *stage)
{
    char text[PRIVILEGES_TEXT];

    privileges_describe(text);
    message("privileges %s: %s", stage, text);
}

/* Opens the capture: the one call with a privilege, and none is left afterwards. 0, or -1 after a
 * message. */
static int open_privileged(struct capture *capture, const struct options *options)
{
    char raised[PRIVILEGES_TEXT];
    char failure[CAPTURE_ERROR] = "";

    if (!privileges_permitted()) {
        reason_print();
        return -1;
    }
    int error = privileges_raise();
    if (error != 0) {
        message("cannot raise CAP_NET_RAW: %s", strerror(-error));
        return -1;
    }
    /* No message here: it would be written, with a privilege, to a file of the caller's choice. */
    privileges_describe(raised);
    int opened = capture_open(capture, options->interface, failure);

    error = privileges_drop_for_good();
    if (error != 0) {
        message("cannot give up privileges: %s", strerror(-error));
        exit(STATUS_BROKE);
    }
    if (options->verbose) {
        message("privileges while opening: %s", raised);
        show_privileges("from here on");
    }
    if (opened != 0)
        message("cannot capture on %s: %s", options->interface, failure);
    return opened;
}

/* Handler of the deadline. Only the end of the process interrupts libpcap. */
static void filter_takes_too_long(int number, siginfo_t *info, void *context)
{
    static const char text[] =
        "cf-pcap: the filter takes more than 30 seconds to compile: it has too "
        "many parts, or names that no server answers for\n";

    (void)number;
    (void)context;
    if (info->si_code != SI_TIMER)
        return;
    message_write(text, sizeof text - 1);
    _exit(STATUS_BROKE);
}

static int install_filter(struct capture *capture, struct filter *filter,
                          const struct options *options, struct ssh_ports *ports)
{
    if (ssh_ports_parse(ports, getenv("CF_INSTANCE_PORTS")) != 0)
        message("note: CF_INSTANCE_PORTS is not of the form Cloud Foundry gives it; of the SSH "
                "ports only those it could name, and %d, are excluded",
                SSH_DAEMON_PORT);

    struct bpf_program exclusion;
    int result = exclusion_compile(&exclusion, pcap_datalink(capture->handle), ports);
    if (result != 0) {
        message("cannot list the container's addresses: %s", strerror(-result));
        return result;
    }
    struct deadline deadline;
    result = deadline_start(&deadline, FILTER_SECONDS_MAX, filter_takes_too_long);
    if (result != 0) {
        message("cannot limit the time that the filter takes: %s", strerror(-result));
    } else {
        result = filter_compile(filter, capture->handle, options, &exclusion);
        deadline_end(&deadline);
    }
    pcap_freecode(&exclusion);
    return result == 0 ? capture_filter(capture, filter) : result;
}

/* One line: what is captured, and what is left out. */
static void print_start(const struct capture *capture, const struct options *options,
                        const struct ssh_ports *ports, const struct policy *policy,
                        const struct control *control)
{
    char filter[240] = "no filter";
    char excluded[SSH_PORTS_MAX * sizeof "65535, "] = "";
    char limit[64] = "";
    size_t used = 0;

    if (options->filter[0] != '\0')
        snprintf(filter, sizeof filter, "filter '%.200s%s'", options->filter,
                 strlen(options->filter) > 200 ? "..." : "");
    for (size_t i = 0; i < ports->count; i++)
        used += (size_t)snprintf(excluded + used, sizeof excluded - used, "%s%u",
                                 i == 0 ? "" : ", ", ports->port[i]);
    if (policy->max_duration != 0)
        snprintf(limit, sizeof limit, ", ends after %u seconds (the operator's limit)",
                 policy->max_duration);
    message(
        "capturing on %s, link type %s, snaplen %u bytes, %s, SSH into this container (port %s) "
        "excluded%s%s",
        options->interface, pcap_datalink_val_to_name(pcap_datalink(capture->handle)),
        options->snaplen, filter, excluded, limit,
        control->idle_limit ? ", standard input is no control channel: ends when nothing was "
                              "captured for ten minutes"
                            : "");
}

static int seccomp_works(int error)
{
    if (error != 0)
        message("cannot install the seccomp filter: %s", strerror(-error));
    return error;
}

static int enter_sandbox(void)
{
    return seccomp_works(sandbox_enter());
}

static int take_slot(void)
{
    int error = slot_take();

    if (error == -EUSERS)
        message("%d captures run in this container already: end one of them first", SLOTS);
    else if (error != 0)
        message("cannot count the captures in this container: %s", strerror(-error));
    return error;
}

/* log: descriptor for lines in the app's log; negative for none. */
static int capture_packets(struct options *options, const struct policy *policy, int log)
{
    struct tick tick;
    struct control control;
    struct capture capture;
    struct filter filter;
    struct ssh_ports ports;
    pid_t id = getpid(); /* now: the sandboxes have no call for it */

    int error = tick_open(&tick);
    if (error != 0) {
        message("cannot make a timer: %s", strerror(-error));
        return STATUS_BROKE;
    }
    control_open(&control, STDIN_FILENO, STDOUT_FILENO, policy->max_duration, &tick);
    wide_pipe(STDOUT_FILENO); /* now: the sandboxes have no call for it */
    if (take_slot() != 0)
        return STATUS_BROKE;
    if (open_privileged(&capture, options) != 0)
        return STATUS_BROKE;
    if (capture.ring.count < RING_BLOCKS)
        message("note: the kernel has memory for a ring of %u KiB alone, not %d: packets are lost "
                "earlier if the reader is slow",
                capture.ring.count * (RING_BLOCK >> 10), RING_BYTES >> 10);
    if (seccomp_works(sandbox_narrow(capture.ring.fd)) != 0)
        return STATUS_BROKE;
    if (install_filter(&capture, &filter, options, &ports) != 0)
        return STATUS_BROKE;
    error = control_catch_signals(&control);
    if (error != 0) {
        message("cannot watch for signals: %s", strerror(-error));
        return STATUS_BROKE;
    }

    int64_t started = clock_ms();
    print_start(&capture, options, &ports, policy, &control);
    logline_started(log, id, options->interface, options->snaplen, options->filter);
    int status = capture_run(&capture, &control, options->snaplen, enter_sandbox);
    logline_ended(log, id, (uint64_t)(clock_ms() - started) / 1000, capture.captured,
                  capture.dropped);
    return status;
}

int main(int argc, char **argv)
{
    char directory[PATH_MAX];
    struct options options;
    struct policy policy;

    if (descriptors_fill_standard() != 0)
        return STATUS_BROKE; /* there may be nowhere to say it */
    int directory_error = executable_directory(directory, sizeof directory);
    int inherited_error = descriptors_close_inherited();
    pid_t daemon = directory_error == 0 ? ssh_session_daemon(directory) : 0;
    /* Before the policy is known, because later an app's root may not look at its daemon any more.
     * */
    int log = daemon != 0 ? logline_open(daemon) : -ESRCH;
    int memory_error = memory_limit();
    int error = privileges_limit();
    if (error != 0) {
        message("cannot limit privileges: %s", strerror(-error));
        return STATUS_BROKE;
    }

    switch (options_parse(&options, argc, argv)) {
    case OPTIONS_HELP:
        return fputs(options_usage, stdout) < 0 || fflush(stdout) != 0 ? STATUS_BROKE : 0;
    case OPTIONS_VERSION:
        return printf("cf-pcap %s, %s\n", CF_PCAP_VERSION, pcap_lib_version()) < 0 ||
                       fflush(stdout) != 0
                   ? STATUS_BROKE
                   : 0;
    case OPTIONS_WRONG:
        return STATUS_REFUSED;
    case OPTIONS_CAPTURE:
        break;
    }
    if (options.verbose)
        show_privileges("at the start");
    if (memory_error != 0)
        message(
            "note: cannot limit memory, or ask the kernel to end this capture before the app: %s",
            strerror(-memory_error));

    if (directory_error != 0) {
        message("cannot read /proc/self/exe: %s; it tells where the operator's policy lies",
                strerror(-directory_error));
        return STATUS_BROKE;
    }
    if (inherited_error != 0) {
        message("cannot list /proc/self/fd: %s", strerror(-inherited_error));
        return STATUS_BROKE;
    }
    if (policy_load(&policy, directory) != 0 || policy_apply(&policy, &options, daemon != 0) != 0)
        return STATUS_REFUSED;
    if (!policy.log_captures) {
        if (log >= 0)
            close(log);
        log = -ENOTSUP;
    } else if (log < 0 && options.verbose) {
        message("note: this capture leaves no lines in the app's log: %s", strerror(-log));
    }
    if (descriptors_stdout_is_null())
        message("note: standard output is /dev/null, or was closed: packets are counted and thrown "
                "away");
    if (isatty(STDOUT_FILENO)) {
        message("standard output is a terminal: add '> capture.pcap' or '| tcpdump -r -'");
        return STATUS_REFUSED;
    }
    if (interface_check(options.interface) != 0)
        return STATUS_BROKE;
    return capture_packets(&options, &policy, log);
}
