#include "filter.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "filter_error.h"
#include "filter_program.h"
#include "message.h"

static void show_program(const char *name, const struct bpf_program *program)
{
    for (u_int i = 0; i < program->bf_len; i++)
        message("%s %s", name, bpf_image(&program->bf_insns[i], (int)i));
}

static int compile_expression(struct bpf_program *program, pcap_t *capture, const char *expression,
                              bpf_u_int32 netmask)
{
    if (filter_is_blank(expression))
        return program_keep_all(program, SNAPLEN_MAX);
    if (pcap_compile(capture, program, expression, 1, netmask) == 0)
        return 0;
    filter_explain(capture, expression, netmask);
    return -EINVAL;
}

/*
 * Compiles the expression for packets in the form they have in the output, without what only the
 * kernel knows about them. On a handle that captures nothing, `vlan` looks at the packet.
 */
static int compile_for_output(struct bpf_program *program, pcap_t *capture, const char *expression,
                              bpf_u_int32 netmask, const char *reason)
{
    if (program_asks_kernel(program)) {
        pcap_t *output = pcap_open_dead(pcap_datalink(capture), SNAPLEN_MAX);
        if (output == NULL)
            return -ENOMEM;
        pcap_freecode(program);
        int result = compile_expression(program, output, expression, netmask);
        pcap_close(output);
        if (result != 0)
            return result;
    }
    if (program_asks_kernel(program)) {
        message("the kernel cannot run the filter (%s), and only the kernel knows of `inbound`, "
                "`outbound` and `ifindex`: leave one of them out, or capture on 'any'",
                reason);
        return -ENOTSUP;
    }
    message("note: the kernel cannot run this filter (%s); cf-pcap runs it, which takes more time "
            "for each packet of the interface, and may lose packets earlier",
            reason);
    return 0;
}

/* Puts `program`, after the exclusion, where it can run. The filter owns it then. */
static int place(struct filter *filter, struct bpf_program *program, pcap_t *capture,
                 const struct options *options, bpf_u_int32 netmask,
                 const struct bpf_program *exclusion)
{
    char reason[PROGRAM_REFUSAL];
    int link_type = pcap_datalink(capture);
    int result = program_join(&filter->kernel, exclusion, program);

    if (result != 0)
        return result;
    if (program_suits_kernel(&filter->kernel, link_type, reason)) {
        program_cut(&filter->kernel, options->snaplen);
        return 0;
    }
    pcap_freecode(&filter->kernel);
    result = compile_for_output(program, capture, options->filter, netmask, reason);
    if (result != 0)
        return result;
    filter->user = *program;
    result = program_keep_all(program, SNAPLEN_MAX);
    if (result == 0)
        result = program_join(&filter->kernel, exclusion, program);
    if (result == 0 && !program_suits_kernel(&filter->kernel, link_type, reason)) {
        message("the kernel cannot exclude SSH: %s; has the container so many addresses?", reason);
        return -E2BIG;
    }
    return result;
}

static int compile(struct filter *filter, pcap_t *capture, const struct options *options,
                   const struct bpf_program *exclusion)
{
    char error[PCAP_ERRBUF_SIZE];
    bpf_u_int32 network = 0;
    bpf_u_int32 netmask = 0;
    struct bpf_program program = {0};

    if (pcap_lookupnet(options->interface, &network, &netmask, error) != 0)
        netmask = PCAP_NETMASK_UNKNOWN;
    else if (netmask == PCAP_NETMASK_UNKNOWN)
        netmask = 0; /* Silk's /32, which libpcap would take for unknown. 255.255.255.255 is left */

    int result = compile_expression(&program, capture, options->filter, netmask);
    if (result == 0)
        result = place(filter, &program, capture, options, netmask, exclusion);
    if (program.bf_insns != filter->user.bf_insns)
        pcap_freecode(&program);
    if (result == -ENOMEM)
        message("no memory for the filter");
    return result;
}

int filter_compile(struct filter *filter, pcap_t *capture, const struct options *options,
                   const struct bpf_program *exclusion)
{
    *filter = (struct filter){0};
    int result = compile(filter, capture, options, exclusion);
    if (result != 0) {
        filter_free(filter);
        return result;
    }
    if (options->verbose) {
        show_program("filter", &filter->kernel);
        show_program("filter run by cf-pcap", &filter->user);
    }
    return 0;
}

void filter_free(struct filter *filter)
{
    pcap_freecode(&filter->kernel);
    pcap_freecode(&filter->user);
}
