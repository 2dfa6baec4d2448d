#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../extcap.h"
#include "../extcap_apps.h"
#include "../extcap_folder.h"

enum { WORDS_MAX = 20 };
#define WORDS(...) ((const char *const[WORDS_MAX + 1]){__VA_ARGS__})

static struct extcap parse(const char *const *words)
{
    char *argv[WORDS_MAX + 2] = {(char *)"cf-pcap-plugin"};
    struct extcap extcap;
    int argc = 1;

    for (; argc <= WORDS_MAX && words[argc - 1] != NULL; argc++)
        argv[argc] = (char *)words[argc - 1];
    extcap_parse(&extcap, argc, argv);
    return extcap;
}

static void calls_are_told_apart(void **state)
{
    static const struct {
        const char *words[WORDS_MAX + 1];
        enum extcap_call call;
    } cases[] = {
        {{NULL}, EXTCAP_NONE},
        {{"12345", "pcap", "myapp"}, EXTCAP_NONE},
        {{"12345", "SendMetadata"}, EXTCAP_NONE},
        {{"--extcap-interfaces"}, EXTCAP_INTERFACES},
        {{"--extcap-interfaces", "--extcap-version=4.2"}, EXTCAP_INTERFACES},
        {{"--extcap-interface", "cfpcap", "--extcap-dlts"}, EXTCAP_DLTS},
        {{"--extcap-dlts", "--extcap-interface=cfpcap"}, EXTCAP_DLTS},
        {{"--extcap-interface", "cfpcap", "--extcap-config"}, EXTCAP_CONFIG},
        {{"--extcap-interface", "cfpcap", "--extcap-config", "--extcap-reload-option", "listed"},
         EXTCAP_RELOAD},
        {{"--extcap-interface", "cfpcap", "--extcap-capture-filter", "tcp"}, EXTCAP_FILTER},
        {{"--capture", "--extcap-interface", "cfpcap", "--fifo", "/f", "--app", "a"},
         EXTCAP_CAPTURE},
        {{"--capture", "--extcap-interface", "cfpcap", "--fifo", "/f", "--app", " "}, EXTCAP_WRONG},
        {{"--capture", "--extcap-interface", "cfpcap", "--app", "a"}, EXTCAP_WRONG},
        {{"--capture", "--extcap-interface", "cfpcap", "--fifo", "/f", "--app", "-x"},
         EXTCAP_WRONG},
        {{"--capture", "--extcap-interface"}, EXTCAP_WRONG},
        {{"--extcap-interface", "eth0", "--extcap-dlts"}, EXTCAP_WRONG},
        {{"--extcap-unknown"}, EXTCAP_WRONG},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct extcap extcap = parse(cases[i].words);

        if (extcap.call != cases[i].call)
            fail_msg("case %zu: %d", i, (int)extcap.call);
        assert_int_equal(extcap.error[0] != '\0', extcap.call == EXTCAP_WRONG);
    }
}

static void a_capture_becomes_words_of_cf_pcap(void **state)
{
    static const char *const expected[] = {
        "pcap", "--process", "web",      "--follow", "--tls-keys", "/k", "a b",
        "-o",   "/tmp/f",    "--format", "pcapng",   "-y",         "-f", "tcp port 80 and -x",
        NULL};
    struct extcap extcap =
        parse(WORDS("--capture", "--extcap-interface", "cfpcap", "--fifo", "/tmp/f", "--app", "a b",
                    "--process", "web", "--instance", "", "--follow", "--tls-keys", "/k",
                    "--extcap-control-in", "/i", "--extcap-capture-filter=tcp port 80 and -x"));

    (void)state;
    assert_int_equal(extcap.call, EXTCAP_CAPTURE);
    for (int i = 0; expected[i] != NULL; i++)
        assert_string_equal(extcap.words[i], expected[i]);
    assert_null(extcap.words[extcap.count]);
}

static void what_is_typed_in_a_field_is_its_value_whatever_it_looks_like(void **state)
{
    static const char *const expected[] = {"pcap",     "--process",  "--capture", "--instance",
                                           "--follow", "--tls-keys", "--fifo",    "a",
                                           "-o",       "/f",         NULL};
    struct extcap extcap = parse(WORDS("--capture", "--extcap-interface", "cfpcap", "--process",
                                       "--capture", "--instance", "--follow", "--tls-keys",
                                       "--fifo", "--snaplen", " ", "--fifo", "/f", "--app", "a"));

    (void)state;
    assert_int_equal(extcap.call, EXTCAP_CAPTURE);
    for (int i = 0; expected[i] != NULL; i++)
        assert_string_equal(extcap.words[i], expected[i]);
}

static void a_name_that_is_typed_counts_more_than_the_list(void **state)
{
    (void)state;
    struct extcap extcap = parse(WORDS("--capture", "--extcap-interface", "cfpcap", "--fifo", "/f",
                                       "--listed", "listed", "--app", ""));
    assert_string_equal(extcap.words[1], "listed");
    extcap = parse(WORDS("--capture", "--extcap-interface", "cfpcap", "--fifo", "/f", "--listed",
                         "listed", "--app", "typed"));
    assert_string_equal(extcap.words[1], "typed");
}

static void the_users_folder_is_read_from_what_tshark_tells(void **state)
{
    static const struct {
        const char *text, *path;
    } cases[] = {
        {"Temp:  \t/tmp\nPersonal configuration: \t/home/u/.config/wireshark\nExtcap path: "
         "\t/usr\n",
         "/home/u/.config/wireshark/extcap"},
        {"Personal configuration:\t/home/u/.config/wireshark\nPersonal Extcap path:\t/home/u/my "
         "extcap\nGlobal Extcap path:\t/usr/x\n",
         "/home/u/my extcap"},
        {"Personal configuration:\tC:\\Users\\u\r\n", "C:\\Users\\u/extcap"},
        {"Personal Extcap path:", NULL},
        {"Personal configuration", NULL},
        {"", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct extcap_folders folders = {.count = 0};

        extcap_folders_read(&folders, cases[i].text);
        assert_int_equal(folders.count, cases[i].path != NULL);
        if (cases[i].path != NULL)
            assert_string_equal(folders.paths[0], cases[i].path);
    }
}

static void apps_are_listed_unless_their_names_break_the_format(void **state)
{
    static const char json[] = "{\"resources\":[{\"name\":\"a\"},{\"name\":\"b}{c\"},{\"name\":"
                               "\"d\\ne\"},{\"name\":\"\"},{\"name\":1}]}";
    char *text = NULL;
    size_t length = 0;
    FILE *to = open_memstream(&text, &length);

    (void)state;
    assert_int_equal(extcap_list_apps(to, json, sizeof json - 1), 1);
    assert_true(extcap_list_apps(to, "{}", 2) < 0);
    assert_true(extcap_list_apps(to, "", 0) < 0);
    fclose(to);
    assert_string_equal(text, "value {arg=1}{value=a}{display=a}\n");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_are_told_apart),
        cmocka_unit_test(a_capture_becomes_words_of_cf_pcap),
        cmocka_unit_test(what_is_typed_in_a_field_is_its_value_whatever_it_looks_like),
        cmocka_unit_test(a_name_that_is_typed_counts_more_than_the_list),
        cmocka_unit_test(the_users_folder_is_read_from_what_tshark_tells),
        cmocka_unit_test(apps_are_listed_unless_their_names_break_the_format),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
