#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "options.h"
#include "stderr.h"

enum { WORDS_MAX = 8 };

struct right {
    const char *words[WORDS_MAX];
    struct options options;
};

static const struct right right[] = {
    {{NULL}, {"eth0", "", 262144, false, false}},
    {{"--interface", "lo"}, {"lo", "", 262144, false, false}},
    {{"--interface=lo"}, {"lo", "", 262144, false, false}},
    {{"-interface", "lo"}, {"lo", "", 262144, false, false}},
    {{"-interface=lo"}, {"lo", "", 262144, false, false}},
    {{"-i", "lo"}, {"lo", "", 262144, false, false}},
    {{"-filter", "tcp port 80"}, {"eth0", "tcp port 80", 262144, false, false}},
    {{"-f", "-1 = -1"}, {"eth0", "-1 = -1", 262144, false, false}},
    {{"--filter", ""}, {"eth0", "", 262144, false, false}},
    {{"-snaplen", "96"}, {"eth0", "", 96, true, false}},
    {{"-s", "262144"}, {"eth0", "", 262144, true, false}},
    {{"-s", "0"}, {"eth0", "", 262144, false, false}},
    {{"-v"}, {"eth0", "", 262144, false, true}},
    {{"-verbose", "-i", "any", "-s", "1"}, {"any", "", 1, true, true}},
    {{"-i", "lo", "-i", "any"}, {"any", "", 262144, false, false}},
    {{"--", NULL}, {"eth0", "", 262144, false, false}},
};

struct wrong {
    const char *words[WORDS_MAX];
    const char *says;
};

static const struct wrong wrong[] = {
    {{"port 8080"}, "--filter 'port 8080'"},
    {{"-interface", "lo", "port 8080"}, "--filter 'port 8080'"},
    {{"port", "-h"}, "--filter 'port'"},
    {{"--", "x"}, "--filter 'x'"},
    {{"tcp", "port", "80"},
     "'tcp port 80' belongs to no option; a filter is given with --filter 'tcp port 80'"},
    {{"-f", "tcp", "port", "80"},
     "'port 80' belongs to no option; a filter is given with --filter 'tcp port 80'"},
    {{"tcp", "port", "80", "-i", "lo"}, "--filter 'tcp port 80'"},
    {{"-f", "tcp", "-i", "lo", "x"}, "--filter 'x'"},
    {{"-f", "tcp port 80", "x"}, "--filter 'x'"},
    {{"-s", "262145"}, "--snaplen 262145:"},
    {{"-s", "-1"}, "--snaplen -1:"},
    {{"-s", "0x10"}, "--snaplen 0x10:"},
    {{"-s", ""}, "--snaplen :"},
    {{"-s", " 7"}, "--snaplen  7:"},
    {{"-s", "99999999999999999999"}, "--snaplen 99999999999999999999:"},
    {{"--write", "x"}, "--write: no such option"},
    {{"-w", "x"}, "-w: no such option; packets go to standard output: > capture.pcap"},
    {{"-c", "10"}, "-c: no such option; the reader of standard output may end the capture"},
    {{"-v", "--nothing=1"}, "--nothing=1: no such option"},
    {{"--filter"}, "--filter needs a value"},
    {{"-i"}, "-i needs a value"},
    {{"-i", "lo", "-s"}, "-s needs a value"},
    {{"--verbose=yes"}, "--verbose=yes: no such option"},
};

static enum options_result parse(struct options *options, const char *const words[WORDS_MAX])
{
    static char program[] = "cf-pcap";
    char *argv[WORDS_MAX + 2] = {program};
    int argc = 1;

    for (int i = 0; i < WORDS_MAX && words[i] != NULL; i++)
        argv[argc++] = (char *)(size_t)words[i];
    return options_parse(options, argc, argv);
}

static void right_command_lines_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
        struct options options;

        assert_int_equal(parse(&options, right[i].words), OPTIONS_CAPTURE);
        assert_string_equal(options.interface, right[i].options.interface);
        assert_string_equal(options.filter, right[i].options.filter);
        assert_int_equal(options.snaplen, right[i].options.snaplen);
        assert_int_equal(options.snaplen_given, right[i].options.snaplen_given);
        assert_int_equal(options.verbose, right[i].options.verbose);
    }
}

static void wrong_command_lines_get_one_line_that_names_the_word(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct caught caught;
        struct options options;

        catch_begin(&caught);
        enum options_result result = parse(&options, wrong[i].words);
        catch_end(&caught);
        assert_int_equal(result, OPTIONS_WRONG);
        if (strstr(caught.text, wrong[i].says) == NULL)
            fail_msg("'%s' does not say '%s'", caught.text, wrong[i].says);
        assert_ptr_equal(strchr(caught.text, '\n'), caught.text + strlen(caught.text) - 1);
    }
}

static void help_and_version_are_asked_for(void **state)
{
    static const char *const help[][WORDS_MAX] = {{"-h"}, {"--help"}, {"-help"}, {"-v", "-h"}};
    static const char *const version[][WORDS_MAX] = {{"--version"}, {"-version"}};
    struct options options;

    (void)state;
    for (size_t i = 0; i < sizeof help / sizeof help[0]; i++)
        assert_int_equal(parse(&options, help[i]), OPTIONS_HELP);
    for (size_t i = 0; i < sizeof version / sizeof version[0]; i++)
        assert_int_equal(parse(&options, version[i]), OPTIONS_VERSION);
}

static void no_words_at_all_are_the_defaults(void **state)
{
    char *argv[] = {NULL};
    struct options options;

    (void)state;
    assert_int_equal(options_parse(&options, 0, argv), OPTIONS_CAPTURE);
    assert_string_equal(options.interface, "eth0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(right_command_lines_are_read),
        cmocka_unit_test(wrong_command_lines_get_one_line_that_names_the_word),
        cmocka_unit_test(help_and_version_are_asked_for),
        cmocka_unit_test(no_words_at_all_are_the_defaults),
    };

    return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
