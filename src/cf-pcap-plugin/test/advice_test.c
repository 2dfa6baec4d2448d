#include "test.h"

#include <errno.h>
#include <string.h>

#include "../advice.h"

static const char no_such_host[] =
    "dial tcp: lookup ssh.example.com on 10.0.0.2:53: no such host"; /* cf 8.18.0 */

static void too_many_open_files_come_with_ulimit(void **state)
{
    char text[256];

    (void)state;
    advice_not_started(text, sizeof text, -EMFILE);
    assert_non_null(strstr(text, "ulimit -n 1024"));
    advice_not_started(text, sizeof text, -ENFILE);
    assert_non_null(strstr(text, "ulimit -n"));
    advice_not_started(text, sizeof text, -ENOENT);
    assert_string_equal(text, "No such file or directory");
    advice_not_started(text, 8, -EMFILE);
    assert_int_equal(strlen(text), 7);
}

static void a_host_that_only_the_http_proxy_knows_comes_with_the_proxy_for_ssh(void **state)
{
    (void)state;
    assert_non_null(strstr(advice_for_ssh(no_such_host, true, false), "all_proxy=socks5://"));
}

static void without_an_http_proxy_and_with_one_for_ssh_there_is_no_advice(void **state)
{
    (void)state;
    assert_string_equal(advice_for_ssh(no_such_host, false, false), "");
    assert_string_equal(advice_for_ssh(no_such_host, true, true), "");
}

static void a_container_without_an_ssh_daemon_comes_with_the_restart(void **state)
{
    (void)state;
    assert_non_null(
        strstr(advice_for_ssh("SSH session allocation failed: EOF", false, false), "a restart"));
}

static void other_errors_are_left_as_they_are(void **state)
{
    (void)state;
    assert_string_equal(advice_for_ssh("Error opening SSH connection: not authorized", true, false),
                        "");
    assert_string_equal(advice_for_ssh("filter: no such host", true, false), "");
}

static struct interfaces named(const char *list)
{
    struct interfaces interfaces = {.count = 0};
    char error[128];

    assert_int_equal(interfaces_add(&interfaces, list, error, sizeof error), 0);
    return interfaces;
}

static void an_empty_capture_comes_with_what_is_usual(void **state)
{
    static const struct {
        const char *interfaces, *filter, *says;
        bool advises;
    } cases[] = {
        {"eth0", "tcp port 8080", "So far no packet on eth0 matches the filter. What", true},
        {"eth0", "tcp port 8080", "--interface lo", true},
        {"lo", "tcp port 5432", "--interface eth0", true},
        {"any", "tcp port 80", "Without it", true},
        {"lo", NULL, "--interface eth0", true},
        {"eth0", NULL, "So far no packet came on eth0 (SSH is left out).", false},
        {"eth0,lo", NULL, "So far no packet came on eth0 or lo (SSH is left out).", false},
        {"lo,eth0,eth1", "tcp port 80", "on lo, eth0 or eth1 matches the filter. Without it", true},
        {"eth1,eth0", "tcp port 80", "--interface lo", true},
    };
    char text[512];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct interfaces on = named(cases[i].interfaces);
        bool advises = advice_quiet(text, sizeof text, &on, cases[i].filter, true);

        assert_int_equal(advises, cases[i].advises);
        assert_non_null(strstr(text, cases[i].says));
        advice_quiet(text, sizeof text, &on, cases[i].filter, false);
        assert_null(strstr(text, "So far"));
    }
}

static void what_a_filter_hides_is_told_where_it_can_be_seen(void **state)
{
    static const struct {
        const char *interfaces, *filter, *says;
    } cases[] = {
        {"eth0", "tcp[tcpflags] & tcp-syn != 0", "IPv4"},
        {"eth0", "port 80 and udp [8] = 1", "IPv4"},
        {"eth0", "tcp[13] & 2 != 0 or (ip6[6] = 6 and ip6[53] & 2 != 0)", NULL},
        {"eth0", "ip and tcp[13] & 2 != 0", NULL},
        {"eth0", "tcp port 80 or (vlan and tcp port 80)", NULL},
        {"eth0", "tcp port 80", NULL},
        {"eth0", NULL, NULL},
        {"eth0", "vlan and tcp port 80", "'vlan'"},
        {"eth0", "host vlan.example.com", NULL},
        {"any", NULL, "twice"},
        {"any", "tcp port 8080 or tcp port 5432", "twice"},
        {"any", "not tcp port 61001", NULL},
        {"eth0,lo", NULL, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct interfaces on = named(cases[i].interfaces);
        const char *note = advice_filter(&on, cases[i].filter);

        if (cases[i].says == NULL)
            assert_null(note);
        else
            assert_non_null(strstr(note == NULL ? "" : note, cases[i].says));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(too_many_open_files_come_with_ulimit),
        cmocka_unit_test(a_host_that_only_the_http_proxy_knows_comes_with_the_proxy_for_ssh),
        cmocka_unit_test(without_an_http_proxy_and_with_one_for_ssh_there_is_no_advice),
        cmocka_unit_test(a_container_without_an_ssh_daemon_comes_with_the_restart),
        cmocka_unit_test(other_errors_are_left_as_they_are),
        cmocka_unit_test(an_empty_capture_comes_with_what_is_usual),
        cmocka_unit_test(what_a_filter_hides_is_told_where_it_can_be_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
