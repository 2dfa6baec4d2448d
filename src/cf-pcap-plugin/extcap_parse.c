#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "extcap.h"

/* What is read of the command line, beside the words of `cf pcap`. */
struct request {
    bool interfaces, dlts, config, capture;
    const char *version, *interface, *reload, *fifo, *filter, *app, *listed, *ignored, *control_in,
        *control_out;
};

static void wrong(struct extcap *extcap, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void wrong(struct extcap *extcap, const char *format, ...)
{
    va_list arguments;

    extcap->call = EXTCAP_WRONG;
    va_start(arguments, format);
    vsnprintf(extcap->error, sizeof extcap->error, format, arguments);
    va_end(arguments);
}

static bool take_flag(struct request *request, const char *word)
{
    const struct {
        const char *name;
        bool *flag;
    } flags[] = {{"--extcap-interfaces", &request->interfaces},
                 {"--extcap-dlts", &request->dlts},
                 {"--extcap-config", &request->config},
                 {"--capture", &request->capture}};

    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (strcmp(word, flags[i].name) == 0)
            return *flags[i].flag = true;
    return false;
}

/* An option with a value, in the same word behind "=", or in the next. How many words it is; 0: it
 * is none of these. */
static int take_value(struct request *request, const char *word, const char *next)
{
    const struct {
        const char *name, **value;
    } options[] = {{"--extcap-version", &request->version},
                   {"--extcap-interface", &request->interface},
                   {"--extcap-reload-option", &request->reload},
                   {"--extcap-capture-filter", &request->filter},
                   {"--extcap-control-in", &request->control_in},
                   {"--extcap-control-out", &request->control_out},
                   {"--log-level", &request->ignored},
                   {"--log-file", &request->ignored},
                   {"--fifo", &request->fifo},
                   {"--app", &request->app},
                   {"--listed", &request->listed}};

    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        size_t length = strlen(options[i].name);

        if (strncmp(word, options[i].name, length) != 0)
            continue;
        if (word[length] == '=') {
            *options[i].value = word + length + 1;
            return 1;
        }
        if (word[length] == '\0') {
            *options[i].value = next == NULL ? "" : next;
            return 2;
        }
    }
    return 0;
}

static bool is_empty(const char *text)
{
    return text == NULL || text[strspn(text, " \t")] == '\0';
}

/* An option of `cf pcap` whose value is the next word, whatever that looks like. */
static bool is_option_with_value(const char *word)
{
    static const char *const names[] = {"--process", "--instance", "--interface", "--snaplen",
                                        "--tls-keys"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(word, names[i]) == 0)
            return true;
    return false;
}

static void add(struct extcap *extcap, const char *word)
{
    if (extcap->count == EXTCAP_WORDS_MAX)
        wrong(extcap, "there are more than %d words", EXTCAP_WORDS_MAX);
    else
        extcap->words[extcap->count++] = word;
}

static void add_capture(struct extcap *extcap, const struct request *request)
{
    const char *app = is_empty(request->app) ? request->listed : request->app;

    if (is_empty(request->fifo)) {
        wrong(extcap, "--fifo is missing: Wireshark gives it");
        return;
    }
    extcap->fifo = request->fifo;
    if (is_empty(app)) {
        wrong(extcap,
              "The app is missing: in Wireshark's list of interfaces the gear beside 'Cloud "
              "Foundry app' opens the options; with tshark, -o extcap.cfpcap.app:APP");
        return;
    }
    if (*app == '-') {
        wrong(extcap, "App '%.100s': cf takes a name that begins with a dash for an option", app);
        return;
    }
    add(extcap, app);
    add(extcap, "-o");
    add(extcap, request->fifo);
    add(extcap, "--format");
    add(extcap, "pcapng");
    add(extcap, "-y");
    if (!is_empty(request->filter)) {
        add(extcap, "-f");
        add(extcap, request->filter);
    }
}

void extcap_parse(struct extcap *extcap, int argc, char *const *argv)
{
    struct request request = {.version = NULL};
    int taken;

    *extcap = (struct extcap){.call = EXTCAP_NONE};
    if (argc < 2 || (strncmp(argv[1], "--extcap-", 9) != 0 && strcmp(argv[1], "--capture") != 0))
        return;
    add(extcap, "pcap");
    for (int i = 1; i < argc && extcap->call == EXTCAP_NONE; i += taken) {
        taken = 1;
        if (take_flag(&request, argv[i]))
            continue;
        taken = take_value(&request, argv[i], i + 1 < argc ? argv[i + 1] : NULL);
        if (taken != 0)
            continue;
        taken = i + 1 < argc && is_option_with_value(argv[i]) ? 2 : 1;
        if (taken == 2 && is_empty(argv[i + 1]))
            continue; /* it was left empty */
        add(extcap, argv[i]);
        if (taken == 2)
            add(extcap, argv[i + 1]);
    }
    extcap->control_in = request.control_in;
    extcap->control_out = request.control_out;
    if (extcap->call == EXTCAP_WRONG)
        return;
    if (request.interfaces) {
        extcap->call = EXTCAP_INTERFACES;
    } else if (request.interface == NULL || strcmp(request.interface, EXTCAP_INTERFACE) != 0) {
        wrong(extcap, "--extcap-interface %.100s: the only interface is %s",
              request.interface == NULL ? "is missing" : request.interface, EXTCAP_INTERFACE);
    } else if (request.dlts) {
        extcap->call = EXTCAP_DLTS;
    } else if (request.config) {
        extcap->call = request.reload == NULL ? EXTCAP_CONFIG : EXTCAP_RELOAD;
    } else if (request.capture) {
        extcap->call = EXTCAP_CAPTURE;
        add_capture(extcap, &request);
    } else if (request.filter != NULL) {
        extcap->call = EXTCAP_FILTER;
    } else {
        wrong(extcap,
              "one of --extcap-interfaces, --extcap-dlts, --extcap-config, --capture is missing");
    }
}
