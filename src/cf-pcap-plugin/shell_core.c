#include "advice.h"
#include "shell.h"

int shell_make_core(struct shell *shell, const struct instances *instances)
{
    const struct options *options = shell->options;
    const struct viewer *viewer = shell->viewer;
    bool to_stdout = shell->output != NULL && output_is_stdout(shell->output);
    bool in_terminal = to_stdout || (viewer != NULL && viewer->kind != VIEWER_WINDOW);
    bool split = options->split && !options->check;
    const struct core_config config = {
        .app = options->app,
        .interfaces = options->interfaces,
        .filter = options->filter,
        .process = options->process,
        .hardware = shell->about->hardware,
        .os = shell->about->os,
        .comment = shell->about->comment,
        .output = shell->output == NULL ? NULL
                  : split               ? shell->output->files.base
                                        : output_name(shell->output),
        .split = split,
        .extension = shell->output == NULL ? "" : shell->output->files.extension,
        .duration = options->duration_ms,
        .count = options->count,
        .max_size = options->max_size,
        .rotate_size = options->rotate_size,
        .rotate_time = options->rotate_time,
        .keep = options->keep,
        .reserve = options->reserve,
        .pcapng = options->format == FORMAT_PCAPNG,
        .to_stdout = to_stdout,
        .viewer = viewer == NULL ? NULL : viewer->name,
        .viewer_alone = shell->output == NULL,
        .http_proxy_alone = advice_http_proxy_alone(),
        /* The program that reads the capture (tcpdump, tshark) uses the terminal. */
        .live = shell->toolbar != NULL ||
                (shell->console->is_terminal && !in_terminal && !options->check),
        .check = options->check,
        .verbose = options->verbose,
        .reports = !shell->console->is_terminal,
        .tls_keys = options->check ? NULL : options->tls_keys,
        .follow = options->follow && !options->check,
        .chosen = options->range_count > 0,
        .random = uv_hrtime() ^ ((uint64_t)uv_os_getpid() << 32),
        .expected = instances->count * options->interfaces.count,
    };
    int result = core_init(&shell->core, &config);

    core_deployed(&shell->core, instances->beside);

    for (size_t i = 0; result == 0 && i < instances->count; i++) {
        const struct listed_instance *listed = &instances->list[i];

        for (size_t interface = 0; result == 0 && interface < options->interfaces.count;
             interface++)
            result = core_add(&shell->core, listed->index, interface,
                              listed->running ? NULL : listed->state, options->range_count > 0);
        if (result == 0)
            core_learn(&shell->core, listed);
    }
    return result;
}
