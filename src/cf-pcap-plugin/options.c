#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "hint.h"
#include "option_value.h"

enum {
    OPTION_CHECK = 256,
    OPTION_INTERFACE,
    OPTION_PROCESS,
    OPTION_FORMAT,
    OPTION_VERBOSE,
    OPTION_MAX_SIZE,
    OPTION_RESERVE,
    OPTION_ROTATE_SIZE,
    OPTION_ROTATE_TIME,
    OPTION_KEEP,
    OPTION_WIRESHARK,
    OPTION_INSTALL_EXTCAP,
    OPTION_REMOVE_EXTCAP,
    OPTION_FOLLOW,
    OPTION_TLS_KEYS,
    OPTION_SORT_KEYS,
    OPTION_SPLIT,
};

static const struct option long_options[] = {
    {"output", required_argument, NULL, 'o'},
    {"check", no_argument, NULL, OPTION_CHECK},
    {"interface", required_argument, NULL, OPTION_INTERFACE},
    {"filter", required_argument, NULL, 'f'},
    {"snaplen", required_argument, NULL, 's'},
    {"instance", required_argument, NULL, 'i'},
    {"process", required_argument, NULL, OPTION_PROCESS},
    {"duration", required_argument, NULL, 'd'},
    {"count", required_argument, NULL, 'c'},
    {"max-size", required_argument, NULL, OPTION_MAX_SIZE},
    {"rotate-size", required_argument, NULL, OPTION_ROTATE_SIZE},
    {"rotate-time", required_argument, NULL, OPTION_ROTATE_TIME},
    {"keep", required_argument, NULL, OPTION_KEEP},
    {"reserve", required_argument, NULL, OPTION_RESERVE},
    {"format", required_argument, NULL, OPTION_FORMAT},
    {"follow", no_argument, NULL, OPTION_FOLLOW},
    {"split", no_argument, NULL, OPTION_SPLIT},
    {"yes", no_argument, NULL, 'y'},
    {"verbose", no_argument, NULL, OPTION_VERBOSE}, /* cf takes a -v for itself */
    {"wireshark", optional_argument, NULL, OPTION_WIRESHARK},
    {"tls-keys", required_argument, NULL, OPTION_TLS_KEYS},
    {"sort-keys", required_argument, NULL, OPTION_SORT_KEYS},
    {"install-extcap", no_argument, NULL, OPTION_INSTALL_EXTCAP},
    {"remove-extcap", no_argument, NULL, OPTION_REMOVE_EXTCAP},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

/* Where a wrong word is told of. */
struct complaint {
    char *text;
    size_t size;
};

static int wrong(const struct complaint *complaint, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static int wrong(const struct complaint *complaint, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(complaint->text, complaint->size, format, arguments);
    va_end(arguments);
    return -EINVAL;
}

/* The words that are neither an option nor its value. */
struct words {
    const char *app;          /* the first that does not follow a filter */
    char strays[256];         /* those behind the app */
    char behind_filter[256];  /* those behind a filter: its own words, if it was not quoted */
    const char *last;         /* of the latter */
    size_t before_last;       /* where the others of the latter end */
    size_t count;             /* of all */
    bool after_filter;        /* the word before belongs to a filter */
    bool format_given, help;  /* options that concern the others */
    uint32_t given;           /* a bit for each of long_options: it was there, with a value */
    enum options_result task; /* OPTIONS_CAPTURE, or what is done without an app */
};

static void append(char *to, size_t size, const char *word)
{
    size_t used = strlen(to);

    snprintf(to + used, size - used, "%s%s", used == 0 ? "" : " ", word);
}

static void take_word(struct words *words, const char *word)
{
    words->count++;
    if (words->after_filter) {
        words->last = word;
        words->before_last = strlen(words->behind_filter);
        append(words->behind_filter, sizeof words->behind_filter, word);
    } else if (words->app == NULL) {
        words->app = word;
    } else {
        append(words->strays, sizeof words->strays, word);
    }
}

/* Of the words one is to be the app. */
static int choose_app(struct options *options, struct words *words,
                      const struct complaint *complaint)
{
    options->app = words->app;
    if (words->app == NULL) { /* -f tcp port 80 myapp */
        options->app = words->last;
        words->behind_filter[words->before_last] = '\0';
    }
    if (options->app == NULL)
        return wrong(complaint, "the name of the app is missing; cf apps lists them");
    if (words->count == 1)
        return *options->app == '\0' ? wrong(complaint, "the name of the app is empty") : 0;
    if (words->behind_filter[0] != '\0')
        hint_unquoted(complaint->text, complaint->size,
                      options->filter == NULL ? "" : options->filter, words->behind_filter);
    else
        hint_stray(complaint->text, complaint->size, options->app, words->strays);
    return -EINVAL;
}

static const struct option *option_of(int value)
{
    const struct option *option = long_options;

    while (option->name != NULL && option->val != value)
        option++;
    return option->name == NULL ? NULL : option;
}

/* getopt_long took an option for a value, where that was left out: -o -d 10s. */
static int check_value(int option, const char *value, const struct complaint *complaint)
{
    const char *name = option_of(option == 'w' ? 'o' : option)->name;

    if (*value == '\0' && option != 'f')
        return wrong(complaint, "--%s is empty", name);
    if (value[0] == ' ' && option != 'f')
        return wrong(complaint,
                     "--%s '%s': the value begins with a blank; are the quotes around "
                     "the option, too?",
                     name, value);
    if (value[0] == '-' && value[1] != '\0')
        return wrong(complaint, "--%s %s: is its value missing?", name, value);
    return 0;
}

/* `least`: where less would be a mistake; 0 stands for it. */
static int take_size(uint64_t *size, int option, const char *value, uint64_t least,
                     const struct complaint *complaint)
{
    const char *name = option_of(option)->name;

    if (option_size(size, value) != 0)
        return wrong(complaint,
                     "--%s %s: not a size, such as 500MB or 2GiB; the units are B, kB, MB, GB, "
                     "KiB, MiB and GiB",
                     name, value);
    if (*size < least)
        return wrong(complaint, "--%s %s: it must be at least %u kB", name, value,
                     (unsigned)(least / 1000));
    return 0;
}

static int take_instances(struct options *options, const char *value,
                          const struct complaint *complaint)
{
    int result = option_instances(options, value);

    if (result == -E2BIG)
        return wrong(complaint,
                     "--instance: at most %d indexes and ranges can be given; write neighbours as "
                     "a range, such as 0-99",
                     INSTANCE_RANGES_MAX);
    if (result == -ERANGE)
        return wrong(complaint, "--instance %s: a range begins with its smaller index, such as 0-3",
                     value);
    if (result != 0)
        hint_instance(complaint->text, complaint->size, value);
    return result;
}

static int take_value(struct options *options, int option, char *value,
                      const struct complaint *complaint)
{
    if (check_value(option, value, complaint) != 0)
        return -EINVAL;
    switch (option) {
    case 'o':
    case 'w':
        options->output = value;
        return 0;
    case OPTION_INTERFACE:
        return interfaces_add(&options->interfaces, value, complaint->text, complaint->size);
    case 'f':
        options->filter_is_empty = strspn(value, " \t\r\n") == strlen(value);
        options->filter = options->filter_is_empty ? NULL : value;
        return 0;
    case 's':
        return option_snaplen(&options->snaplen, value) == 0
                   ? 0
                   : wrong(complaint, "--snaplen %s: not a number of bytes from 0 to %d", value,
                           SNAPLEN_MAX);
    case 'i':
        return take_instances(options, value, complaint);
    case OPTION_PROCESS:
        options->process = value;
        return 0;
    case 'd':
        return option_duration(&options->duration_ms, value) == 0
                   ? 0
                   : wrong(complaint,
                           "--duration %s: not a time up to a year, such as 500ms, 1.5s, 5m or "
                           "1h30m",
                           value);
    case 'c':
        return option_count(&options->count, value, UINT32_MAX) == 0
                   ? 0
                   : wrong(complaint, "--count %s: not a number of packets from 1 to %" PRIu32,
                           value, UINT32_MAX);
    case OPTION_MAX_SIZE:
        return take_size(&options->max_size, option, value, SIZE_LEAST, complaint);
    case OPTION_ROTATE_SIZE:
        return take_size(&options->rotate_size, option, value, SIZE_LEAST, complaint);
    case OPTION_ROTATE_TIME:
        return option_duration(&options->rotate_time, value) == 0 &&
                       options->rotate_time >= ROTATE_TIME_LEAST
                   ? 0
                   : wrong(complaint, "--rotate-time %s: not a time from 1s to a year, such as 1h",
                           value);
    case OPTION_KEEP:
        return option_count(&options->keep, value, KEEP_MAX) == 0
                   ? 0
                   : wrong(complaint, "--keep %s: not a number of files from 1 to %d", value,
                           KEEP_MAX);
    case OPTION_TLS_KEYS:
        options->tls_keys = value;
        return value[0] == '/' ? 0
                               : wrong(complaint,
                                       "--tls-keys %s: not the whole path of a file in the "
                                       "container, such as /tmp/keys.log",
                                       value);
    case OPTION_SORT_KEYS:
        options->sort_keys = value;
        return 0;
    case OPTION_RESERVE:
        return take_size(&options->reserve, option, value, 0, complaint);
    default:
        return option_format(&options->format, value) == 0
                   ? 0
                   : wrong(complaint, "--format %s: neither pcap nor pcapng", value);
    }
}

/* What getopt_long(3) answers '?' or ':' to; `word` is the one it has read. musl, glibc and
 * mingw-w64 agree on optopt alone: where a value is missing, musl leaves optind beyond the end;
 * mingw-w64 answers ':' where there is one too many, too. */
static int not_an_option(int answer, const char *word, const struct complaint *complaint)
{
    const struct option *option = option_of(optopt == 'w' ? 'o' : optopt);

    if (answer == ':' && option != NULL && option->has_arg == required_argument)
        return option->val < OPTION_CHECK
                   ? wrong(complaint, "-%c (--%s) needs a value", optopt, option->name)
                   : wrong(complaint, "--%s needs a value", option->name);
    if (optopt != 0 && option != NULL)
        return wrong(complaint, "--%s takes no value", option->name);
    hint_option(complaint->text, complaint->size, word,
                word[1] != '-' && optopt > ' ' && optopt < 0x7f ? strchr(word, optopt) : NULL,
                long_options);
    return -EINVAL;
}

static uint32_t bit_of(const struct option *option)
{
    return 1U << (option - long_options);
}

/* Of two values one would be ignored, without a word. -i and --interface add up. */
static int take_once(struct words *words, int value, const struct complaint *complaint)
{
    const struct option *option = option_of(value == 'w' ? 'o' : value);
    uint32_t bit = bit_of(option);

    if ((words->given & bit) != 0 && option->val != 'i' && option->val != OPTION_INTERFACE)
        return wrong(complaint, "--%s is given twice", option->name);
    words->given |= bit;
    return 0;
}

/* Reads the next word or option with its value. 1: there are no more; -EINVAL. */
static int take_next(struct options *options, struct words *words, int argc, char **argv,
                     const struct complaint *complaint)
{
    int at = optind == 0 ? 1 : optind;
    const char *word = at < argc ? argv[at] : "";
    const char *one_dash = hint_one_dash(word, long_options);

    if (one_dash != NULL)
        return wrong(complaint, "%s: did you mean --%s?", word, one_dash);
    if (hint_is_false_dash(word))
        return wrong(complaint, "%s: the dash is not the one of the keyboard (-)", word);
    /* "-": in the order of the command line; ":": a missing value is told apart. */
    int option = getopt_long(argc, argv, "-:o:w:f:s:i:d:c:yh", long_options, NULL);
    bool was_filter = words->after_filter;
    words->after_filter = false;
    switch (option) {
    case -1:
        return 1;
    case 1:
        words->after_filter = was_filter;
        take_word(words, optarg);
        return 0;
    case 'f':
        words->after_filter = strchr(optarg, ' ') == NULL; /* or else it was quoted */
        break;
    case 'y':
        options->yes = true;
        return 0;
    case OPTION_VERBOSE:
        options->verbose = true;
        return 0;
    case OPTION_FOLLOW:
        options->follow = true;
        return 0;
    case OPTION_SPLIT:
        options->split = true;
        return 0;
    case OPTION_CHECK:
        options->check = true;
        return 0;
    case 'h':
        words->help = true;
        return 1;
    case OPTION_INSTALL_EXTCAP:
    case OPTION_REMOVE_EXTCAP:
        words->task =
            option == OPTION_INSTALL_EXTCAP ? OPTIONS_INSTALL_EXTCAP : OPTIONS_REMOVE_EXTCAP;
        return 0;
    case OPTION_WIRESHARK:
        options->wireshark = true;
        options->viewer = optarg;
        return optarg == NULL ? 0 : check_value(option, optarg, complaint);
    case OPTION_SORT_KEYS:
        words->task = OPTIONS_SORT_KEYS;
        break;
    case OPTION_FORMAT:
        words->format_given = true;
        break;
    case ':':
    case '?':
        return not_an_option(option, word, complaint);
    default:
        break;
    }
    if (take_once(words, option, complaint) != 0)
        return -EINVAL;
    return take_value(options, option, optarg, complaint);
}

/* What is done without an app. An option with a value would be ignored. */
static int check_task(const struct words *words, const struct complaint *complaint)
{
    bool sorts = words->task == OPTIONS_SORT_KEYS;

    if (words->count > 0)
        return wrong(complaint, "%s",
                     sorts ? "--sort-keys takes a saved capture, and no app"
                           : "--install-extcap and --remove-extcap take no app: it is chosen in "
                             "Wireshark");
    if ((words->given & ~(sorts ? bit_of(option_of(OPTION_SORT_KEYS)) : 0)) == 0)
        return 0;
    return wrong(complaint, "%s",
                 sorts ? "--sort-keys FILE changes FILE itself: -o and other options do not go "
                         "with it"
                       : "other options do not go with --install-extcap and --remove-extcap");
}

static int check_rotation(const struct options *options, const struct complaint *complaint)
{
    const char *output = options->output;

    if (!options_rotates(options))
        return options->keep == 0
                   ? 0
                   : wrong(complaint, "--keep goes with --rotate-size or --rotate-time");
    if (options->wireshark)
        return wrong(complaint, "--wireshark shows one capture: --rotate-size and --rotate-time do "
                                "not go with it");
    return output == NULL || strcmp(output, "-") != 0
               ? 0
               : wrong(complaint, "-o -: --rotate-size and --rotate-time make files; name one "
                                  "(-o FILE), or leave -o out");
}

static int check_split(const struct options *options, const struct complaint *complaint)
{
    const char *output = options->output;

    if (!options->split)
        return 0;
    if (options_rotates(options))
        return wrong(complaint, "--split makes a file for each instance: --rotate-size and "
                                "--rotate-time do not go with it");
    if (options->wireshark)
        return wrong(complaint, "--wireshark shows one capture: --split does not go with it");
    return output == NULL || strcmp(output, "-") != 0
               ? 0
               : wrong(complaint, "-o -: --split makes files; name one (-o FILE), or leave -o out");
}

enum options_result options_parse(struct options *options, int argc, char **argv, char *error,
                                  size_t error_size)
{
    struct complaint complaint = {error, error_size};
    struct words words = {.count = 0};
    int result;

    *options = (struct options){.process = "web", .format = FORMAT_PCAP, .reserve = UINT64_MAX};
    opterr = 0;
    optind = 0; /* glibc and musl forget then where in a word they were */
    do {
        result = take_next(options, &words, argc, argv, &complaint);
    } while (result == 0);
    if (result < 0)
        return OPTIONS_WRONG;
    if (words.help)
        return OPTIONS_HELP;
    while (optind < argc) /* behind "--" */
        take_word(&words, argv[optind++]);
    if (words.task != OPTIONS_CAPTURE)
        return check_task(&words, &complaint) == 0 ? words.task : OPTIONS_WRONG;
    if (choose_app(options, &words, &complaint) != 0)
        return OPTIONS_WRONG;
    if (check_rotation(options, &complaint) != 0 || check_split(options, &complaint) != 0)
        return OPTIONS_WRONG;
    if (options->wireshark && options->output != NULL && strcmp(options->output, "-") == 0) {
        wrong(&complaint, "--wireshark and -o -: the capture goes to the one or to the other");
        return OPTIONS_WRONG;
    }
    if (options->interfaces.count == 0)
        interfaces_add(&options->interfaces, "eth0", error, error_size);
    const char *objection = option_choose_format(options, words.format_given);
    if (objection != NULL)
        wrong(&complaint, "%s", objection);
    return objection == NULL ? OPTIONS_CAPTURE : OPTIONS_WRONG;
}
