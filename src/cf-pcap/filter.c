#include "filter.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "message.h"

static const char blanks[] = " \t\r\n";

enum { WORDS_TRIED = 16, EXPRESSION_SHOWN = 200, SECONDS_MAX = 30 };

static bool compiles(pcap_t *capture, const char *expression, bpf_u_int32 netmask,
                     struct bpf_program *program)
{
    return pcap_compile(capture, program, expression, 1, netmask) == 0;
}

/*
 * libpcap does not tell where a syntax error is. The longest beginning of the expression that is an
 * expression by itself tells the reader where to look. Returns its length, 0 if there is none.
 */
static size_t good_beginning(pcap_t *capture, const char *expression, bpf_u_int32 netmask)
{
    char *text = strdup(expression);
    size_t length = text == NULL ? 0 : strlen(text);
    struct bpf_program program;
    bool good = false;

    for (int i = 0; length > 0 && !good && i < WORDS_TRIED; i++) {
        while (length > 0 && strchr(blanks, text[length - 1]) == NULL)
            length--;
        while (length > 0 && strchr(blanks, text[length - 1]) != NULL)
            length--;
        text[length] = '\0';
        good = length > 0 && compiles(capture, text, netmask, &program);
    }
    if (good)
        pcap_freecode(&program);
    free(text);
    return good ? length : 0;
}

static void explain(pcap_t *capture, const char *expression, bpf_u_int32 netmask)
{
    char error[PCAP_ERRBUF_SIZE];
    const char *cut = strlen(expression) > EXPRESSION_SHOWN ? "..." : "";
    size_t good = 0;

    /* Trying beginnings calls libpcap again, which writes its next error over this one. */
    snprintf(error, sizeof error, "%s", pcap_geterr(capture));
    if (strstr(error, "syntax error") != NULL)
        good = good_beginning(capture, expression, netmask);
    if (good == 0)
        message("filter '%.*s%s': %s", EXPRESSION_SHOWN, expression, cut, error);
    else
        message("filter '%.*s%s': %s, after '%.*s'", EXPRESSION_SHOWN, expression, cut, error,
                (int)good, expression);
}

static void show_program(const struct bpf_program *program)
{
    for (u_int i = 0; i < program->bf_len; i++)
        message("filter %s", bpf_image(&program->bf_insns[i], (int)i));
}

static void too_long(int number, siginfo_t *info, void *context)
{
    static const char text[] = "cf-pcap: the filter is not compiled after 30 seconds: it has too "
                               "many parts, or names that no server answers for\n";

    (void)number;
    (void)context;
    if (info->si_code != SI_KERNEL) /* sigaction(2): a process sent it, not the timer */
        return;
    ssize_t ignored = write(STDERR_FILENO, text, sizeof text - 1);
    (void)ignored;
    _exit(1);
}

static void limit_time(unsigned seconds)
{
    struct sigaction action = {.sa_sigaction = too_long, .sa_flags = SA_SIGINFO | SA_RESTART};
    sigset_t alarms;

    sigemptyset(&action.sa_mask);
    sigaction(SIGALRM, &action, NULL);
    sigemptyset(&alarms);
    sigaddset(&alarms, SIGALRM);
    sigprocmask(SIG_UNBLOCK, &alarms, NULL);
    alarm(seconds);
}

static void cut_in_kernel(struct bpf_program *program, uint32_t snaplen)
{
    for (u_int i = 0; i < program->bf_len; i++)
        if (program->bf_insns[i].code == (BPF_RET | BPF_K) && program->bf_insns[i].k != 0)
            program->bf_insns[i].k = snaplen;
}

static int compile(struct filter *filter, pcap_t *capture, const struct options *options,
                   const char *exclusion)
{
    const char *expression = options->filter;
    char error[PCAP_ERRBUF_SIZE];
    bpf_u_int32 network = 0;
    bpf_u_int32 netmask = 0;
    struct bpf_program program;
    char *combined = NULL;
    bool blank = expression[strspn(expression, blanks)] == '\0';

    if (pcap_lookupnet(options->interface, &network, &netmask, error) != 0)
        netmask = PCAP_NETMASK_UNKNOWN;

    /* By itself first: "tcp) or (udp" is no expression, but would be one inside parentheses. */
    if (!blank) {
        if (!compiles(capture, expression, netmask, &program)) {
            explain(capture, expression, netmask);
            return -EINVAL;
        }
        pcap_freecode(&program);
    }

    /* The exclusion stands first: words like `vlan` shift the offsets of all that comes after them.
     */
    int length = blank ? asprintf(&combined, "%s", exclusion)
                       : asprintf(&combined, "%s and (%s)", exclusion, expression);
    if (length < 0) {
        message("no memory for the filter");
        return -ENOMEM;
    }
    if (!compiles(capture, combined, netmask, &program)) {
        message("filter '%.*s', together with the exclusion of SSH: %s", EXPRESSION_SHOWN,
                expression, pcap_geterr(capture));
        free(combined);
        return -EINVAL;
    }
    free(combined);
    cut_in_kernel(&program, options->snaplen);
    if (options->verbose)
        show_program(&program);

    filter->kernel = program;
    return 0;
}

int filter_compile(struct filter *filter, pcap_t *capture, const struct options *options,
                   const char *exclusion)
{
    *filter = (struct filter){0};
    limit_time(SECONDS_MAX);
    int result = compile(filter, capture, options, exclusion);
    limit_time(0);
    return result;
}

void filter_free(struct filter *filter)
{
    pcap_freecode(&filter->kernel);
    pcap_freecode(&filter->user);
}
