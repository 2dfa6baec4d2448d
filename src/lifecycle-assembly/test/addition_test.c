#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "addition.h"
#include "capability.h"

static const struct {
    const char *name;
    const char *leads_to;
} names[] = {
    {"cf-pcap", "cf-pcap"},
    {"./cf-pcap", "cf-pcap"},
    {"/cf-pcap", "cf-pcap"},
    {"//./cf-pcap", "cf-pcap"},
    {"cf-pcap/", "cf-pcap"},
    {"cf-pcap/.", "cf-pcap"},
    {"../cf-pcap", "cf-pcap"},
    {"a/../cf-pcap", "cf-pcap"},
    {"a/b/.././../cf-pcap", "cf-pcap"},
    {"cf-pcap/a/..", "cf-pcap"},
    {"./cf-pcap.policy", "cf-pcap.policy"},
    {"a/cf-pcap", NULL},
    {"cf-pcap/a", NULL},
    {"cf-pcap2", NULL},
    {"cf-pca", NULL},
    {"cf-pcap.policy2", NULL},
    {"CF-PCAP", NULL},
    {"...", NULL},
    {"", NULL},
    {"/", NULL},
    {"cf-pcap/..", NULL},
};

static void a_name_is_where_it_leads(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *got = addition_named(names[i].name);
        if (names[i].leads_to == NULL)
            assert_null(got);
        else
            assert_string_equal(got, names[i].leads_to);
    }
}

static const struct {
    char type;
    const char *name, *link;
    int status;
} members[] = {
    {'0', "./cf-pcap", "", 1},
    {'1', "cf-pcap", "builder", 1},
    {'2', "cf-pcap", "builder", 1},
    {'3', "cf-pcap.policy", "", 1},
    {'0', "builder", "", 0},
    {'2', "builder", "cf-pcap", 0},
    {'1', "builder", "./cf-pcap", -EBADMSG},
    {'5', "cf-pcap", "", -EBADMSG},
    {'0', "cf-pcap/", "", -EBADMSG},
    {'0', "./cf-pcap/x", "", -EBADMSG},
    {'0', "cf-pcap.policy/x/y", "", -EBADMSG},
    {'g', "", "", 0},
};

static void only_the_tool_and_the_policy_are_replaced(void **state)
{
    static struct tar_reader tar;
    static struct failure failure;

    (void)state;
    tar.failure = &failure;
    tar.what = "it";
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        tar.member.type = members[i].type;
        strcpy(tar.member.name, members[i].name);
        strcpy(tar.member.link, members[i].link);
        assert_int_equal(addition_replaces(&tar), members[i].status);
    }
}

static void only_cap_net_raw_permitted_in_version_2_is_right(void **state)
{
    static const unsigned char right[] = "\0\0\0\2\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xe8\3\0\0";
    struct failure failure;

    (void)state;
    assert_int_equal(capability_check(right, CAPABILITY_SIZE, "it", &failure), 0);
    for (size_t i = 0; i < (size_t)CAPABILITY_SIZE * 8; i++) {
        unsigned char wrong[CAPABILITY_SIZE];
        memcpy(wrong, right, sizeof wrong);
        wrong[i / 8] ^= (unsigned char)(1 << i % 8);
        assert_int_equal(capability_check(wrong, sizeof wrong, "it", &failure), -EINVAL);
    }
    for (size_t size = 0; size < CAPABILITY_SIZE + 4; size++)
        if (size != CAPABILITY_SIZE)
            assert_int_equal(capability_check(right, size, "it", &failure), -EINVAL);

    unsigned char namespaced[CAPABILITY_SIZE + 4];
    memcpy(namespaced, right, sizeof namespaced);
    namespaced[3] = 3;
    assert_int_equal(capability_check(namespaced, sizeof namespaced, "it", &failure), -EINVAL);
    assert_non_null(strstr(failure.text, "namespaced"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_where_it_leads),
        cmocka_unit_test(only_the_tool_and_the_policy_are_replaced),
        cmocka_unit_test(only_cap_net_raw_permitted_in_version_2_is_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
