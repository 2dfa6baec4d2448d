#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "instance_ports.h"

static const struct {
    const char *text;
    int result;
    size_t count;
    uint16_t second; /* the port after 2222, if count says there is one */
} cases[] = {
    {NULL, 0, 1, 0},
    {"", 0, 1, 0},
    {"[]", 0, 1, 0},
    {"[{\"external\":61000,\"internal\":8080,\"external_tls_proxy\":61001,\"internal_tls_proxy\":"
     "61443},"
     "{\"external\":61002,\"internal\":2222,\"external_tls_proxy\":61003,\"internal_tls_proxy\":"
     "61444}]",
     0, 2, 61444},
    {"[{\"external\":61002,\"internal\":2222}]", 0, 1, 0},
    {"[{\"internal\":2222,\"internal_tls_proxy\":null}]", 0, 1, 0},
    {"[{\"internal\":2222,\"internal_tls_proxy\":2222}]", 0, 1, 0},
    {"[{\"internal\":2222,\"internal_tls_proxy\":61444},{\"internal\":2222,\"internal_tls_proxy\":"
     "61444}]",
     0, 2, 61444},
    {"[{\"internal\":2222,\"internal_tls_proxy\":0}]", -EINVAL, 1, 0},
    {"[{\"internal\":2222,\"internal_tls_proxy\":65536}]", -EINVAL, 1, 0},
    {"[{\"internal\":2222,\"internal_tls_proxy\":-1}]", -EINVAL, 1, 0},
    {"[{\"internal\":2222,\"internal_tls_proxy\":\"61444\"}]", -EINVAL, 1, 0},
    {"[{\"internal\":2222,\"internal_tls_proxy\":61444.0}]", -EINVAL, 1, 0},
    {"[7,{\"internal\":2222,\"internal_tls_proxy\":61444}]", -EINVAL, 2, 61444},
    {"{\"internal\":2222,\"internal_tls_proxy\":61444}", -EINVAL, 1, 0},
    {"[{\"internal\":2222", -EINVAL, 1, 0},
    {"nonsense", -EINVAL, 1, 0},
};

static void the_proxys_port_is_found_and_2222_is_always_there(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ssh_ports ports;

        assert_int_equal(ssh_ports_parse(&ports, cases[i].text), cases[i].result);
        assert_int_equal(ports.count, cases[i].count);
        assert_int_equal(ports.port[0], 2222);
        if (ports.count > 1)
            assert_int_equal(ports.port[1], cases[i].second);
    }
}

static void more_ports_than_there_is_room_for_are_an_error(void **state)
{
    char text[1024] = "[";
    struct ssh_ports ports;

    (void)state;
    for (int i = 0; i < SSH_PORTS_MAX; i++)
        sprintf(text + strlen(text), "%s{\"internal\":2222,\"internal_tls_proxy\":%d}",
                i == 0 ? "" : ",", 61000 + i);
    strcat(text, "]");
    assert_int_equal(ssh_ports_parse(&ports, text), -E2BIG);
    assert_int_equal(ports.count, SSH_PORTS_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_proxys_port_is_found_and_2222_is_always_there),
        cmocka_unit_test(more_ports_than_there_is_room_for_are_an_error),
    };

    return cmocka_run_group_tests_name("instance_ports", tests, NULL, NULL);
}
