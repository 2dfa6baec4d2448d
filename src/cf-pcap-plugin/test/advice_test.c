#include "test.h"

#include <errno.h>
#include <string.h>

#include "../advice.h"

static const char no_such_host[] =
    "Error opening SSH connection: dial tcp: lookup ssh.example.com: no such host";

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

static void other_errors_are_left_as_they_are(void **state)
{
    (void)state;
    assert_string_equal(advice_for_ssh("Error opening SSH connection: not authorized", true, false),
                        "");
    assert_string_equal(advice_for_ssh("filter: no such host", true, false), "");
}

static void an_empty_capture_comes_with_what_is_usual(void **state)
{
    static const struct {
        struct options options;
        const char *says;
    } cases[] = {
        {{.interface = "eth0", .filter = "tcp port 8080"}, "--interface lo"},
        {{.interface = "lo", .filter = "tcp port 5432"}, "--interface eth0"},
        {{.interface = "any", .filter = "tcp port 80"}, "Without it"},
        {{.interface = "lo"}, "--interface eth0"},
        {{.interface = "eth0"}, "nothing was sent"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_non_null(strstr(advice_nothing_captured(&cases[i].options), cases[i].says));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(too_many_open_files_come_with_ulimit),
        cmocka_unit_test(a_host_that_only_the_http_proxy_knows_comes_with_the_proxy_for_ssh),
        cmocka_unit_test(without_an_http_proxy_and_with_one_for_ssh_there_is_no_advice),
        cmocka_unit_test(other_errors_are_left_as_they_are),
        cmocka_unit_test(an_empty_capture_comes_with_what_is_usual),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
