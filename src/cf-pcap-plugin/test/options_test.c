#include "test.h"

#include <string.h>

#include "../options.h"

enum { WORDS_MAX = 12 };

static enum options_result parse(struct options *options, const char *const *words, char *error)
{
    char *argv[WORDS_MAX + 2] = {(char *)"pcap"};
    int argc = 1;

    while (argc <= WORDS_MAX && words[argc - 1] != NULL) {
        argv[argc] = (char *)words[argc - 1];
        argc++;
    }
    error[0] = '\0';
    return options_parse(options, argc, argv, error, 256);
}

#define WORDS(...) ((const char *const[WORDS_MAX + 1]){__VA_ARGS__})

static void the_defaults_are_all_packets_of_all_web_instances_on_eth0(void **state)
{
    struct options options;
    char error[256];

    (void)state;
    assert_int_equal(parse(&options, WORDS("myapp"), error), OPTIONS_CAPTURE);
    assert_string_equal(options.app, "myapp");
    assert_string_equal(options.interface, "eth0");
    assert_string_equal(options.process, "web");
    assert_null(options.output);
    assert_null(options.filter);
    assert_int_equal(options.snaplen, 0);
    assert_int_equal(options.duration, 0);
    assert_int_equal(options.range_count, 0);
    assert_int_equal(options.format, FORMAT_PCAP);
    assert_false(options.yes);
}

static void options_can_stand_anywhere_long_and_short(void **state)
{
    struct options options;
    char error[256];

    (void)state;
    assert_int_equal(parse(&options,
                           WORDS("-o", "x.pcap", "--interface=lo", "myapp", "-f", "tcp port 80",
                                 "-s", "96", "-y", "-d1m30s"),
                           error),
                     OPTIONS_CAPTURE);
    assert_string_equal(options.app, "myapp");
    assert_string_equal(options.output, "x.pcap");
    assert_string_equal(options.interface, "lo");
    assert_string_equal(options.filter, "tcp port 80");
    assert_int_equal(options.snaplen, 96);
    assert_int_equal(options.duration, 90);
    assert_true(options.yes);
}

static void instances_can_be_listed_in_several_ways(void **state)
{
    struct options options;
    char error[256];

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
    char error[256];

    (void)state;
    parse(&options, WORDS("a", "-o", "x.pcapng"), error);
    assert_int_equal(options.format, FORMAT_PCAPNG);
    parse(&options, WORDS("a", "-o", "x.pcapng", "--format", "pcap"), error);
    assert_int_equal(options.format, FORMAT_PCAP);
    parse(&options, WORDS("a", "--format", "pcapng"), error);
    assert_int_equal(options.format, FORMAT_PCAPNG);
}

static void what_is_wrong_is_named(void **state)
{
    static const struct {
        const char *words[WORDS_MAX + 1], *part;
    } cases[] = {
        {{NULL}, "name of the app"},
        {{"a", "tcp port 80"}, "'tcp port 80' belongs to no option"},
        {{"a", "--nonsense"}, "--nonsense"},
        {{"a", "-q"}, "-q"},
        {{"a", "-o"}, "-o needs a value"},
        {{"a", "-s", "262145"}, "262145"},
        {{"a", "-s", "0x10"}, "0x10"},
        {{"a", "-s", "-1"}, "-1"},
        {{"a", "-s", "99999999999999999999"}, "99999999999999999999"},
        {{"a", "-i", ""}, "--instance"},
        {{"a", "-i", "1,"}, "1,"},
        {{"a", "-i", "3-1"}, "3-1"},
        {{"a", "-i", "x"}, "--instance x"},
        {{"a", "-i", "1 2"}, "1 2"},
        {{"a", "-i", "10000"}, "10000"},
        {{"a", "-d", "0"}, "--duration 0"},
        {{"a", "-d", "5x"}, "5x"},
        {{"a", "-d", ""}, "--duration"},
        {{"a", "-d", "9999999999h"}, "9999999999h"},
        {{"a", "--format", "PCAP"}, "PCAP"},
        {{""}, "empty"},
        {{"a", "-o", ""}, "empty"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct options options;
        char error[256];

        assert_int_equal(parse(&options, cases[i].words, error), OPTIONS_WRONG);
        if (strstr(error, cases[i].part) == NULL)
            fail_msg("'%s' is not in '%s'", cases[i].part, error);
    }
}

static void too_many_ranges_are_refused(void **state)
{
    static char list[4 * (INSTANCE_RANGES_MAX + 1)];
    struct options options;
    char error[256];

    (void)state;
    for (int i = 0; i <= INSTANCE_RANGES_MAX; i++)
        strcat(list, i == 0 ? "1" : ",1");
    assert_int_equal(parse(&options, WORDS("a", "-i", list), error), OPTIONS_WRONG);
}

static void every_option_is_in_the_help(void **state)
{
    static const char *const names[] = {"output, -o",   "interface", "filter, -f",   "snaplen, -s",
                                        "instance, -i", "process",   "duration, -d", "format",
                                        "yes, -y",      "help, -h"};
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
        cmocka_unit_test(what_is_wrong_is_named),
        cmocka_unit_test(too_many_ranges_are_refused),
        cmocka_unit_test(every_option_is_in_the_help),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
