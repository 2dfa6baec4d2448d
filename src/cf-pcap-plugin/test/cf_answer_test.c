#include "test.h"

#include <errno.h>
#include <string.h>

#include "../cf_answer.h"

static void a_guid_is_taken_and_nothing_else(void **state)
{
    static const char *const wrong[] = {"", "\n", "../../../x\n", "1234 5678\n", "FAILED\n"};
    char guid[CF_GUID_SIZE];
    char long_line[CF_GUID_SIZE + 1];

    (void)state;
    assert_int_equal(cf_answer_guid(guid, "0a1B-2c\r\nmore\n"), 0);
    assert_string_equal(guid, "0a1B-2c");
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(cf_answer_guid(guid, wrong[i]), -EBADMSG);

    memset(long_line, 'a', sizeof long_line - 1);
    long_line[CF_GUID_SIZE] = '\0';
    assert_int_equal(cf_answer_guid(guid, long_line), -EBADMSG);
    long_line[CF_GUID_SIZE - 1] = '\0';
    assert_int_equal(cf_answer_guid(guid, long_line), 0);
}

static void ssh_is_enabled_or_not_and_why(void **state)
{
    static const struct {
        const char *json;
        int enabled;
        const char *reason;
    } cases[] = {
        {"{\"enabled\":true,\"reason\":\"\"}", 1, "no reason given"},
        {"{\"enabled\":false,\"reason\":\"Disabled for app\"}", 0, "Disabled for app"},
        {"{\"enabled\":false,\"reason\":\"a\\u001b[2J\"}", 0, "a\\x1b[2J"},
        {"{\"enabled\":false}", 0, "no reason given"},
        /* What is no string has a length as well. */
        {"{\"enabled\":false,\"reason\":[1,2,3,4,5,6,7,8]}", 0, "no reason given"},
        {"{\"enabled\":\"no\",\"reason\":\"x\"}", -EBADMSG, "x"},
        {"[]", -EBADMSG, "no reason given"},
        {"<html>", -EBADMSG, "no reason given"},
        {"", -EBADMSG, "no reason given"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char reason[64];

        assert_int_equal(
            cf_answer_ssh_enabled(reason, sizeof reason, cases[i].json, strlen(cases[i].json)),
            cases[i].enabled);
        assert_string_equal(reason, cases[i].reason);
    }
}

static void what_failed_is_said_on_one_line(void **state)
{
    static char lines[5000];
    char error[100];

    (void)state;
    cf_answer_failure(error, sizeof error, "\n  Not logged in.\r\n\nUse 'cf login'.\n\n");
    assert_string_equal(error, "Not logged in. Use 'cf login'.");
    cf_answer_failure(error, sizeof error,
                      "/usr/bin/cf: line 2: warning: setlocale: LC_ALL: cannot change locale "
                      "(en_US.UTF-8)\nNot logged in.\n");
    assert_string_equal(error, "Not logged in.");
    cf_answer_failure(error, sizeof error, "\n\n");
    assert_string_equal(error, "");
    cf_answer_failure(error, sizeof error, "bad\x1b]0;title\x07");
    assert_string_equal(error, "bad\\x1b]0;title\\x07");
    memset(lines, 'x', sizeof lines - 1);
    cf_answer_failure(error, sizeof error, lines);
    assert_string_equal(error + strlen(error) - 4, "x...");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_guid_is_taken_and_nothing_else),
        cmocka_unit_test(ssh_is_enabled_or_not_and_why),
        cmocka_unit_test(what_failed_is_said_on_one_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
