/* --interface: several at once. */
#include "test.h"

#include <string.h>

#include "../options.h"
#include "parse_words.h"

static void interfaces_can_be_listed_and_repeated(void **state)
{
    static const struct {
        const char *words[6], *names[4];
    } cases[] = {
        {{"a", "--interface", "eth0,lo"}, {"eth0", "lo"}},
        {{"a", "--interface", "eth0", "--interface=lo"}, {"eth0", "lo"}},
        {{"a", "--interface=lo,eth0", "--interface", "eth1,lo"}, {"lo", "eth0", "eth1"}},
        {{"a", "--interface", "eth0,eth0", "--interface", "eth0"}, {"eth0"}},
        {{"a", "--interface", "any", "--interface", "any"}, {"any"}},
        {{"a", "--interface", "abcdefghijklmno,lo"}, {"abcdefghijklmno", "lo"}},
    };
    struct options options;
    char error[OPTIONS_ERROR_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(parse(&options, cases[i].words, error), OPTIONS_CAPTURE);
        size_t count = 0;
        for (; cases[i].names[count] != NULL; count++)
            assert_string_equal(options.interfaces.names[count], cases[i].names[count]);
        assert_int_equal(options.interfaces.count, count);
    }
}

static void several_interfaces_are_pcapng_unless_the_name_says_pcap(void **state)
{
    static const struct {
        const char *words[8];
        enum format format;
        bool by_name;
    } cases[] = {
        {{"a", "--interface", "eth0,lo"}, FORMAT_PCAPNG, false},
        {{"a", "--interface", "eth0,lo", "-o", "-"}, FORMAT_PCAPNG, false},
        {{"a", "--interface", "eth0,lo", "-o", "capture"}, FORMAT_PCAPNG, false},
        {{"a", "--interface", "eth0,lo", "-o", "x.pcap"}, FORMAT_PCAP, true},
        {{"a", "-o", "x.pcap", "--interface", "eth0", "--interface", "lo"}, FORMAT_PCAP, true},
        {{"a", "--interface", "eth0,lo", "-o", "x.pcap", "--format=pcapng"}, FORMAT_PCAPNG, false},
        {{"a", "--interface", "eth0,lo", "--format", "pcap"}, FORMAT_PCAP, false},
        {{"a", "--interface", "eth0,eth0"}, FORMAT_PCAP, false},
        {{"a", "--interface", "any", "-o", "-"}, FORMAT_PCAP, false},
    };
    struct options options;
    char error[OPTIONS_ERROR_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(parse(&options, cases[i].words, error), OPTIONS_CAPTURE);
        assert_int_equal(options.format, cases[i].format);
        assert_int_equal(options.pcap_by_name, cases[i].by_name);
    }
}

static void what_is_wrong_with_a_list_is_named(void **state)
{
    static const struct {
        const char *words[6], *says;
    } cases[] = {
        {{"a", "--interface", "eth0,"}, "--interface eth0,: a name is missing beside a comma"},
        {{"a", "--interface", ",lo"}, "--interface ,lo: a name is missing beside a comma"},
        {{"a", "--interface", "eth0,,lo"}, "a name is missing beside a comma"},
        {{"a", "--interface", "eth0, lo"}, "--interface 'eth0, lo': no blank belongs between"},
        {{"a", "--interface", "abcdefghijklmnop"}, "has at most 15 bytes"},
        {{"a", "--interface", "lo,abcdefghijklmnop"}, "--interface abcdefghijklmnop: the name"},
        {{"a", "--interface", "a,b,c,d,e,f,g,h,i"}, "at most 8 interfaces"},
        {{"a", "--interface", "any,lo"}, "--interface any has the packets of all interfaces"},
        {{"a", "--interface", "lo", "--interface", "any"}, "--interface any has the packets of"},
    };
    struct options options;
    char error[OPTIONS_ERROR_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(parse(&options, cases[i].words, error), OPTIONS_WRONG);
        assert_non_null(strstr(error, cases[i].says));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(interfaces_can_be_listed_and_repeated),
        cmocka_unit_test(several_interfaces_are_pcapng_unless_the_name_says_pcap),
        cmocka_unit_test(what_is_wrong_with_a_list_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
