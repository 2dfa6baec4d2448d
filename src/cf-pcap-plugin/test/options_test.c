#include "test.h"

#include <string.h>

#include "../options.h"
#include "parse_words.h"

static void the_defaults_are_all_packets_of_all_web_instances_on_eth0(void **state)
{
    struct options options;
    char error[OPTIONS_ERROR_SIZE];

    (void)state;
    assert_int_equal(parse(&options, WORDS("myapp"), error), OPTIONS_CAPTURE);
    assert_string_equal(options.app, "myapp");
    assert_int_equal(options.interfaces.count, 1);
    assert_string_equal(options.interfaces.names[0], "eth0");
    assert_string_equal(options.process, "web");
    assert_null(options.output);
    assert_null(options.filter);
    assert_int_equal(options.snaplen, 0);
    assert_int_equal(options.duration_ms, 0);
    assert_int_equal(options.count, 0);
    assert_int_equal(options.max_size, 0);
    assert_true(options.reserve == UINT64_MAX);
    assert_false(options.filter_is_empty);
    assert_false(options.verbose);
    assert_int_equal(options.range_count, 0);
    assert_int_equal(options.format, FORMAT_PCAP);
    assert_false(options.yes);
    assert_false(options.split);
}

static void options_can_stand_anywhere_long_and_short(void **state)
{
    struct options options;
    char error[OPTIONS_ERROR_SIZE];

    (void)state;
    assert_int_equal(parse(&options,
                           WORDS("-o", "x.pcap", "--interface=lo", "myapp", "-f", "tcp port 80",
                                 "-s", "96", "-y", "-d1m30s"),
                           error),
                     OPTIONS_CAPTURE);
    assert_string_equal(options.app, "myapp");
    assert_string_equal(options.output, "x.pcap");
    assert_int_equal(options.interfaces.count, 1);
    assert_string_equal(options.interfaces.names[0], "lo");
    assert_string_equal(options.filter, "tcp port 80");
    assert_int_equal(options.snaplen, 96);
    assert_int_equal(options.duration_ms, 90000);
    assert_true(options.yes);
}

static void instances_can_be_listed_in_several_ways(void **state)
{
    struct options options;
    char error[OPTIONS_ERROR_SIZE];

    (void)state;
    assert_int_equal(
        parse(&options, WORDS("a", "-i", "1", "-i", "0,2", "--instance", "5-7,9"), error),
        OPTIONS_CAPTURE);
    static const struct instance_range expected[] = {{1, 1}, {0, 0}, {2, 2}, {5, 7}, {9, 9}};
    assert_int_equal(options.range_count, 5);
    assert_memory_equal(options.ranges, expected, sizeof expected);
}

static void the_name_of_the_output_tells_the_format_unless_it_is_given(void **state)
{
    struct options options;
    char error[OPTIONS_ERROR_SIZE];

    (void)state;
    parse(&options, WORDS("a", "-o", "x.pcapng"), error);
    assert_int_equal(options.format, FORMAT_PCAPNG);
    parse(&options, WORDS("a", "-o", "X.PcapNG"), error);
    assert_int_equal(options.format, FORMAT_PCAPNG);
    parse(&options, WORDS("a", "-o", "pcapng"), error);
    assert_int_equal(options.format, FORMAT_PCAP);
    parse(&options, WORDS("a", "-o", "x.pcapng", "--format", "pcap"), error);
    assert_int_equal(options.format, FORMAT_PCAP);
    parse(&options, WORDS("a", "--format", "pcapng"), error);
    assert_int_equal(options.format, FORMAT_PCAPNG);
}

static void wireshark_is_shown_pcapng_unless_a_file_says_otherwise(void **state)
{
    struct options options;
    char error[OPTIONS_ERROR_SIZE];

    (void)state;
    assert_int_equal(parse(&options, WORDS("a", "--wireshark"), error), OPTIONS_CAPTURE);
    assert_true(options.wireshark);
    assert_null(options.viewer);
    assert_int_equal(options.format, FORMAT_PCAPNG);
    assert_int_equal(parse(&options, WORDS("--wireshark=tshark", "a"), error), OPTIONS_CAPTURE);
    assert_string_equal(options.viewer, "tshark");
    parse(&options, WORDS("a", "--wireshark", "--format", "pcap"), error);
    assert_int_equal(options.format, FORMAT_PCAP);
    parse(&options, WORDS("a", "--wireshark", "-o", "x.pcap"), error);
    assert_int_equal(options.format, FORMAT_PCAP);
    parse(&options, WORDS("a", "--interface", "eth0,lo", "-o", "X.PCAP"), error);
    assert_int_equal(options.format, FORMAT_PCAP);
}

static void a_duration_may_have_fractions(void **state)
{
    static const struct {
        const char *text;
        uint64_t ms;
    } cases[] = {
        {"30s", 30000},      {"90", 90000},      {"1.5s", 1500},
        {"1.5", 1500},       {"0.25s", 250},     {"500ms", 500},
        {"1ms", 1},          {"1h30m", 5400000}, {"0.5h", 1800000},
        {"1m0.001s", 60001}, {"0.0010009s", 1},  {"8784h", 366ULL * 24 * 3600 * 1000},
    };
    static const char *const wrong[] = {"0",   "0s",    "0.0009s",     "5x",       "",     ".5s",
                                        "1.s", "1.5.5", "9999999999h", "8784h1ms", "1h30", "ms",
                                        "-1s", "1e3s",  "1,5s",        "1 s",      "8785h"};
    struct options options;
    char error[OPTIONS_ERROR_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(parse(&options, WORDS("a", "-d", cases[i].text), error), OPTIONS_CAPTURE);
        assert_int_equal(options.duration_ms, cases[i].ms);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(parse(&options, WORDS("a", "-d", wrong[i]), error), OPTIONS_WRONG);
        assert_non_null(strstr(error, "--duration"));
    }
}

static void a_count_is_at_least_a_packet(void **state)
{
    static const char *const wrong[] = {"0", "-1", "10k", "1.5", "99999999999", "ten"};
    struct options options;
    char error[OPTIONS_ERROR_SIZE];

    (void)state;
    assert_int_equal(parse(&options, WORDS("a", "-c", "10"), error), OPTIONS_CAPTURE);
    assert_int_equal(options.count, 10);
    assert_int_equal(parse(&options, WORDS("a", "--count=4294967295"), error), OPTIONS_CAPTURE);
    assert_int_equal(options.count, UINT32_MAX);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(parse(&options, WORDS("a", "-c", wrong[i]), error), OPTIONS_WRONG);
        assert_non_null(strstr(error, "--count"));
    }
}

static void a_size_has_a_unit(void **state)
{
    static const struct {
        const char *text;
        uint64_t bytes;
    } cases[] = {
        {"500MB", 500000000},
        {"10000B", 10000},
        {"10kB", 10000},
        {"10KB", 10000},
        {"1.5GB", 1500000000},
        {"64KiB", 65536},
        {"1MiB", 1048576},
        {"2GiB", 2147483648},
        {"500mb", 500000000},
        {"0.5gib", 536870912},
        {"1000000000GB", 1000000000000000000},
    };
    static const char *const wrong[] = {
        "500",  "500M", "500m", "MB", "",    "5 MB", "-5MB",  ".5MB",        "5MBs",
        "1e9B", "5TB",  "0x5B", "0",  "9kB", "0MB",  "5Mb/s", "2000000000GB"};
    struct options options;
    char error[OPTIONS_ERROR_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(parse(&options, WORDS("a", "--max-size", cases[i].text), error),
                         OPTIONS_CAPTURE);
        assert_int_equal(options.max_size, cases[i].bytes);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(parse(&options, WORDS("a", "--max-size", wrong[i]), error), OPTIONS_WRONG);
        assert_non_null(strstr(error, "--max-size"));
    }
    assert_int_equal(parse(&options, WORDS("a", "--reserve", "0"), error), OPTIONS_CAPTURE);
    assert_int_equal(options.reserve, 0);
    assert_int_equal(parse(&options, WORDS("a", "--reserve", "5kB"), error), OPTIONS_CAPTURE);
    assert_int_equal(options.reserve, 5000);
}

static void tcpdumps_w_is_output(void **state)
{
    struct options options;
    char error[OPTIONS_ERROR_SIZE];

    (void)state;
    assert_int_equal(parse(&options, WORDS("a", "-w", "x.pcapng"), error), OPTIONS_CAPTURE);
    assert_string_equal(options.output, "x.pcapng");
    assert_int_equal(options.format, FORMAT_PCAPNG);
    assert_int_equal(parse(&options, WORDS("a", "-w-"), error), OPTIONS_CAPTURE);
    assert_string_equal(options.output, "-");
}

static void an_empty_filter_is_remembered_as_that(void **state)
{
    static const char *const empty[] = {"", " ", "\t\n"};
    struct options options;
    char error[OPTIONS_ERROR_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) {
        assert_int_equal(parse(&options, WORDS("a", "-f", empty[i]), error), OPTIONS_CAPTURE);
        assert_null(options.filter);
        assert_true(options.filter_is_empty);
    }
}

static void words_behind_two_dashes_are_no_options(void **state)
{
    struct options options;
    char error[OPTIONS_ERROR_SIZE];

    (void)state;
    assert_int_equal(parse(&options, WORDS("-y", "--", "-app"), error), OPTIONS_CAPTURE);
    assert_string_equal(options.app, "-app");
}

static void what_is_wrong_is_named(void **state)
{
    static const struct {
        const char *words[WORDS_MAX + 1], *part;
    } cases[] = {
        {{NULL}, "name of the app is missing"},
        {{""}, "name of the app is empty"},
        {{"a", "-o", ""}, "--output is empty"},
        {{"a", "-w", ""}, "--output is empty"},
        {{"a", "-o", "x", "-w", "y"}, "--output is given twice"},
        {{"a", "-d", "1s", "--duration=2s"}, "--duration is given twice"},
        {{"a", "--interface", ""}, "--interface is empty"},
        {{"a", "--process="}, "--process is empty"},
        {{"a", "-o"}, "-o (--output) needs a value"},
        {{"a", "-w"}, "-w (--output) needs a value"},
        {{"a", "--output"}, "-o (--output) needs a value"},
        {{"a", "-s"}, "-s (--snaplen) needs a value"},
        {{"a", "-yf"}, "-f (--filter) needs a value"},
        {{"a", "--format"}, "--format needs a value"},
        {{"a", "-o", "-d", "10s"}, "--output -d: is its value missing?"},
        {{"-f", "-y", "a"}, "--filter -y: is its value missing?"},
        {{"a", "--yes=no"}, "--yes takes no value"},
        {{"a", "--wireshark="}, "--wireshark is empty"},
        {{"a", "--wireshark", "-o", "-"}, "--wireshark and -o -"},
        {{"a", "--split=yes"}, "--split takes no value"},
        {{"a", "--split", "-o", "-"}, "-o -: --split makes files"},
        {{"a", "--split", "--wireshark"}, "--split does not go with it"},
        {{"a", "--split", "--rotate-time", "1h"}, "--split makes a file for each instance"},
        {{"a", "-s", "262145"}, "262145"},
        {{"a", "-s", "0x10"}, "0x10"},
        {{"a", "-s", "-1"}, "-1"},
        {{"a", "-s", "99999999999999999999"}, "99999999999999999999"},
        {{"a", "-i", ""}, "--instance is empty"},
        {{"a", "-i", "1,"}, "1,"},
        {{"a", "-i", "3-1"}, "--instance 3-1: a range begins with its smaller index, such as 0-3"},
        {{"a", "-i", "x"}, "--instance x: not an instance index"},
        {{"a", "-i", "1 2"}, "1 2"},
        {{"a", "-i", "10000"}, "10000"},
        {{"a", "--format", "PCAP"}, "PCAP"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct options options;
        char error[OPTIONS_ERROR_SIZE];

        assert_int_equal(parse(&options, cases[i].words, error), OPTIONS_WRONG);
        if (strstr(error, cases[i].part) == NULL)
            fail_msg("'%s' is not in '%s'", cases[i].part, error);
    }
}

/* What people type who know tcpdump, tshark and cf ssh, or leave the quotes away. */
static void what_was_meant_is_guessed(void **state)
{
    static const struct {
        const char *words[WORDS_MAX + 1], *error;
    } cases[] = {
        {{"myapp", "tcp", "port", "80"},
         "'tcp port 80' belongs to no option; a filter is one word: -f 'tcp port 80'"},
        {{"myapp", "tcp port 80"},
         "'tcp port 80' belongs to no option; a filter is one word: -f 'tcp port 80'"},
        {{"myapp", "-f", "tcp", "port", "80"},
         "'port 80' belongs to no option; a filter is one word: -f 'tcp port 80'"},
        {{"-f", "tcp", "port", "80", "myapp"},
         "'port 80' belongs to no option; a filter is one word: -f 'tcp port 80'"},
        {{"-f", "tcp", "port", "80", "-d", "1s", "myapp"},
         "'port 80' belongs to no option; a filter is one word: -f 'tcp port 80'"},
        {{"myapp", "-f", "\xe2\x80\x9ctcp", "port", "80\xe2\x80\x9d"},
         "\xe2\x80\x9ctcp port 80\xe2\x80\x9d: the quotes are not those of the keyboard; -f 'tcp "
         "port "
         "80'"},
        {{"myapp", "-o x.pcap"},
         "--output ' x.pcap': the value begins with a blank; are the quotes around the option, "
         "too?"},
        {{"myapp", "host", "a'b"},
         "'host a'b' belongs to no option; a filter is one word: -f 'host a'\\''b'"},
        {{"myapp", "other"},
         "'other' is one name too many: only one app is captured at a time, here 'myapp'; a "
         "filter would be -f 'other'"},
        {{"-f", "tcp port 80", "myapp", "other"},
         "'other' is one name too many: only one app is captured at a time, here 'myapp'; a "
         "filter would be -f 'other'"},
        {{"myapp", "eth0"}, "'eth0' belongs to no option; did you mean --interface eth0?"},
        {{"myapp", "any"}, "'any' belongs to no option; did you mean --interface any?"},
        {{"myapp", "eth0,lo"}, "'eth0,lo' belongs to no option; did you mean --interface eth0,lo?"},
        {{"myapp", "x.pcap"}, "'x.pcap' belongs to no option; did you mean -o 'x.pcap'?"},
        {{"myapp", "-"}, "'-' belongs to no option; did you mean -o -?"},
        {{"myapp", "0,2-4"}, "'0,2-4' belongs to no option; did you mean -i 0,2-4?"},
        {{"myapp", "-i", "eth0"},
         "--instance eth0: not an instance index; did you mean --interface eth0?"},
        {{"myapp", "-i", "any"},
         "--instance any: not an instance index; did you mean --interface any?"},
        {{"myapp", "-interface", "lo"}, "-interface: did you mean --interface?"},
        {{"myapp", "-filter=tcp"}, "-filter=tcp: did you mean --filter?"},
        {{"myapp", "-C", "10"},
         "there is no option -C: did you mean -c PACKETS, or --rotate-size SIZE?"},
        {{"myapp", "--packets", "10"}, "there is no option --packets; did you mean --count?"},
        {{"myapp", "-n"},
         "there is no option -n: it is for the program that reads the packets: cf pcap APP -o - | "
         "tcpdump -n -r -"},
        {{"myapp", "-nn"},
         "there is no option -n: it is for the program that reads the packets: cf pcap APP -o - | "
         "tcpdump -n -r -"},
        {{"myapp", "--snapshot-length=96"},
         "there is no option --snapshot-length; did you mean --snaplen?"},
        {{"myapp", "--snap-len", "96"}, "there is no option --snap-len; did you mean --snaplen?"},
        {{"myapp", "--instnace", "1"}, "there is no option --instnace; did you mean --instance?"},
        {{"myapp", "--app-instance-index", "1"},
         "there is no option --app-instance-index; did you mean --instance?"},
        {{"--app", "myapp"},
         "there is no option --app: the app is named without an option: cf pcap APP"},
        {{"myapp", "--nonsense"}, "there is no option --nonsense"},
        {{"myapp", "-Z"}, "there is no option -Z"},
        {{"-yZ", "myapp"}, "there is no option -Z"},
        {{"-yv", "myapp"}, "there is no option -v: did you mean --verbose?"},
        {{"myapp", "--in", "1"}, "there is no option --in"},
        {{"myapp", "\xe2\x80\x93o", "x"},
         "\xe2\x80\x93o: the dash is not the one of the keyboard (-)"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct options options;
        char error[OPTIONS_ERROR_SIZE];

        assert_int_equal(parse(&options, cases[i].words, error), OPTIONS_WRONG);
        assert_string_equal(error, cases[i].error);
    }
}

static void a_long_wrong_word_is_cut(void **state)
{
    static char word[5000];
    struct options options;
    char error[OPTIONS_ERROR_SIZE];

    (void)state;
    memset(word, 'x', sizeof word - 1);
    assert_int_equal(parse(&options, WORDS("a", word, word), error), OPTIONS_WRONG);
    assert_true(strlen(error) < sizeof error);
    word[0] = word[1] = '-';
    assert_int_equal(parse(&options, WORDS("a", word), error), OPTIONS_WRONG);
    assert_true(strlen(error) < sizeof error);
}

static void too_many_ranges_are_refused(void **state)
{
    static char list[4 * (INSTANCE_RANGES_MAX + 1)];
    struct options options;
    char error[OPTIONS_ERROR_SIZE];

    (void)state;
    for (int i = 0; i <= INSTANCE_RANGES_MAX; i++)
        strcat(list, i == 0 ? "1" : ",1");
    assert_int_equal(parse(&options, WORDS("a", "-i", list), error), OPTIONS_WRONG);
    assert_string_equal(error, "--instance: at most 64 indexes and ranges can be given; write "
                               "neighbours as a range, such as 0-99");
}

static void tls_keys_make_it_pcapng(void **state)
{
    static const struct {
        const char *words[WORDS_MAX + 1];
        enum options_result result;
    } cases[] = {
        {{"a", "--tls-keys", "/k"}, OPTIONS_CAPTURE},
        {{"a", "--tls-keys", "/k", "-o", "-"}, OPTIONS_CAPTURE},
        {{"a", "--tls-keys", "/k", "-o", "capture"}, OPTIONS_CAPTURE},
        {{"a", "--tls-keys", "/k", "-o", "c.pcap", "--format", "pcapng"}, OPTIONS_CAPTURE},
        {{"a", "--tls-keys", "/k", "--wireshark"}, OPTIONS_CAPTURE},
        {{"a", "--tls-keys", "/k", "-o", "c.pcap"}, OPTIONS_WRONG},
        {{"a", "--tls-keys", "/k", "--format", "pcap"}, OPTIONS_WRONG},
        {{"a", "--tls-keys", "k"}, OPTIONS_WRONG},
        {{"a", "--tls-keys", ""}, OPTIONS_WRONG},
        {{"a", "--tls-keys"}, OPTIONS_WRONG},
        {{"--sort-keys", "c.pcapng"}, OPTIONS_SORT_KEYS},
        {{"a", "--sort-keys", "c.pcapng"}, OPTIONS_WRONG},
        {{"--sort-keys", "c.pcapng", "-o", "d.pcapng"}, OPTIONS_WRONG},
        {{"-w", "d.pcapng", "--sort-keys", "c.pcapng"}, OPTIONS_WRONG},
        {{"--sort-keys", "c.pcapng", "--format", "pcapng"}, OPTIONS_WRONG},
        {{"--sort-keys", "c.pcapng", "--install-extcap"}, OPTIONS_WRONG},
        {{"--install-extcap", "-f", "tcp"}, OPTIONS_WRONG},
        {{"--sort-keys", "c.pcapng", "--verbose"}, OPTIONS_SORT_KEYS},
    };
    struct options options;
    char error[OPTIONS_ERROR_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (parse(&options, cases[i].words, error) != cases[i].result)
            fail_msg("case %zu: %s", i, error);
        if (cases[i].result == OPTIONS_CAPTURE)
            assert_int_equal(options.format, FORMAT_PCAPNG);
    }
}

static void every_option_is_in_the_help(void **state)
{
    static const char *const names[] = {"output, -o, -w",
                                        "interface",
                                        "filter, -f",
                                        "snaplen, -s",
                                        "instance, -i",
                                        "process",
                                        "duration, -d",
                                        "count, -c",
                                        "max-size",
                                        "rotate-size",
                                        "rotate-time",
                                        "keep",
                                        "split",
                                        "reserve",
                                        "format",
                                        "follow",
                                        "wireshark[=PROGRAM]",
                                        "tls-keys",
                                        "sort-keys",
                                        "check",
                                        "install-extcap",
                                        "remove-extcap",
                                        "yes, -y",
                                        "verbose",
                                        "help, -h"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_true(strncmp(options_help[i].name, names[i], strlen(names[i])) == 0);
    assert_null(options_help[sizeof names / sizeof *names].name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_defaults_are_all_packets_of_all_web_instances_on_eth0),
        cmocka_unit_test(options_can_stand_anywhere_long_and_short),
        cmocka_unit_test(instances_can_be_listed_in_several_ways),
        cmocka_unit_test(the_name_of_the_output_tells_the_format_unless_it_is_given),
        cmocka_unit_test(wireshark_is_shown_pcapng_unless_a_file_says_otherwise),
        cmocka_unit_test(a_duration_may_have_fractions),
        cmocka_unit_test(a_count_is_at_least_a_packet),
        cmocka_unit_test(a_size_has_a_unit),
        cmocka_unit_test(tcpdumps_w_is_output),
        cmocka_unit_test(an_empty_filter_is_remembered_as_that),
        cmocka_unit_test(words_behind_two_dashes_are_no_options),
        cmocka_unit_test(what_is_wrong_is_named),
        cmocka_unit_test(what_was_meant_is_guessed),
        cmocka_unit_test(a_long_wrong_word_is_cut),
        cmocka_unit_test(too_many_ranges_are_refused),
        cmocka_unit_test(tls_keys_make_it_pcapng),
        cmocka_unit_test(every_option_is_in_the_help),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
