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

static void a_process_is_the_first_of_its_type_or_the_reason_why_not(void **state)
{
    static const struct {
        const char *json;
        int result;
        const char *text;
        unsigned int beside;
    } cases[] = {
        {"{\"resources\":[{\"guid\":\"0a1b-2c\",\"type\":\"web\",\"instances\":3}]}", 0, "0a1b-2c",
         0},
        {"{\"resources\":[{\"guid\":\"1\",\"type\":\"worker\",\"instances\":3},"
         "{\"guid\":\"2\",\"type\":\"web\",\"instances\":3}]}",
         0, "2", 0},
        /* Deployed once, and once more before that was over. */
        {"{\"resources\":[{\"guid\":\"1\",\"type\":\"web\",\"instances\":3},"
         "{\"guid\":\"2\",\"type\":\"web\",\"instances\":1},{\"guid\":\"3\",\"type\":\"worker\"},"
         "{\"guid\":\"4\",\"type\":\"web\",\"instances\":2}]}",
         0, "1", 3},
        {"{\"resources\":[{\"guid\":\"1\",\"type\":\"web\"},"
         "{\"guid\":\"2\",\"type\":\"web\",\"instances\":99999999999}]}",
         0, "1", 0},
        {"{\"resources\":[{\"guid\":\"1\",\"type\":\"worker\"},{\"guid\":\"2\",\"type\":"
         "\"x\\u001b\"},7]}",
         -ENOENT, "the app has no such process; its processes: worker, x\\x1b", 0},
        {"{\"resources\":[]}", -ENOENT, "the app has no such process; its processes: none", 0},
        {"{\"errors\":[{\"detail\":\"App not found\"}]}", -ENOENT, "App not found", 0},
        {"{\"errors\":[{\"detail\":\"\\u001b[2J\"}]}", -ENOENT, "\\x1b[2J", 0},
        {"{\"errors\":[{\"detail\":7}]}", -ENOENT, "no reason given", 0},
        {"{\"resources\":[{\"guid\":\"../../x\",\"type\":\"web\"}]}", -EBADMSG, "", 0},
        {"{\"resources\":[{\"guid\":7,\"type\":\"web\"}]}", -EBADMSG, "", 0},
        {"{\"resources\":{\"guid\":\"1\"}}", -EBADMSG, "", 0},
        /* All that the CLI prints when the API is away, or the login void. */
        {"\n", -EBADMSG, "", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cf_process process = {.beside = 0};
        char why[80] = "";

        assert_int_equal(cf_answer_process(&process, "web", cases[i].json, strlen(cases[i].json),
                                           why, sizeof why),
                         cases[i].result);
        assert_string_equal(cases[i].result == 0 ? process.guid : why, cases[i].text);
        if (cases[i].result == 0)
            assert_int_equal(process.beside, cases[i].beside);
    }
}

static void what_failed_tells_a_void_login_and_an_app_that_is_gone_apart(void **state)
{
    (void)state;
    assert_true(cf_answer_is_expired("The token expired, was revoked, or the token ID is "
                                     "incorrect. Please log back in to re-authenticate."));
    assert_true(
        cf_answer_is_expired("Not logged in. Use 'cf login' or 'cf login --sso' to log in."));
    assert_true(cf_answer_is_expired("Invalid Auth Token"));
    assert_false(cf_answer_is_expired("App 'myapp' not found."));
    assert_true(cf_answer_is_no_app("App 'myapp' not found."));
    assert_false(cf_answer_is_no_app("Process not found"));
    assert_false(cf_answer_is_no_app("Space 'dev' not found."));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_guid_is_taken_and_nothing_else),
        cmocka_unit_test(ssh_is_enabled_or_not_and_why),
        cmocka_unit_test(what_failed_is_said_on_one_line),
        cmocka_unit_test(a_process_is_the_first_of_its_type_or_the_reason_why_not),
        cmocka_unit_test(what_failed_tells_a_void_login_and_an_app_that_is_gone_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
