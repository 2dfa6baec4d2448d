#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "ssh_session.h"

static const struct {
    const char *text;
    pid_t parent;
} cases[] = {
    {"12 (sh) S 7 12 12 0 -1", 7},
    {"12 (a b) S 7 12", 7},
    {"12 (x) S 1) R 7 12", 7}, /* the name ends at the last parenthesis */
    {"12 (sh) S 0 12", 0},
    {"12 (sh) S -1 12", 0},
    {"12 (sh) S 7", 0}, /* cut */
    {"12 (sh) S 99999999999999999999 1", 0},
    {"12 (sh) S", 0},
    {"12 (sh)", 0},
    {"12 (sh", 0},
    {"", 0},
};

static void the_parent_is_read_whatever_the_name_of_the_process(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(ssh_session_parent(cases[i].text), cases[i].parent);
}

static void a_directory_without_the_daemon_is_none_of_ours(void **state)
{
    (void)state;
    assert_int_equal(ssh_session_daemon("/nowhere"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_parent_is_read_whatever_the_name_of_the_process),
        cmocka_unit_test(a_directory_without_the_daemon_is_none_of_ours),
    };

    return cmocka_run_group_tests_name("ssh_session", tests, NULL, NULL);
}
