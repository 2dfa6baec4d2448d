#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "policy.h"
#include "stderr.h"

static const struct {
    const char *text;
    struct policy policy;
} right[] = {
    {"", {true, 0, 0, false}},
    {"\n\n# a comment\n  # another\n", {true, 0, 0, false}},
    {"require_ssh no\n", {false, 0, 0, false}},
    {"require_ssh yes", {true, 0, 0, false}},
    {"log_captures yes\n", {true, 0, 0, true}},
    {"log_captures no\n", {true, 0, 0, false}},
    {"max_snaplen 96\nmax_duration 3600\nrequire_ssh no\n", {false, 96, 3600, false}},
    {"\tmax_snaplen  \t 262144 \nmax_duration 31536000\n", {true, 262144, 31536000, false}},
    {"max_snaplen 0\nmax_duration 0\n", {true, 0, 0, false}},
    {"require_ssh no # for now\nmax_snaplen 96 #headers\n", {false, 96, 0, false}},
};

static const struct {
    const char *text;
    const char *says;
} wrong[] = {
    {"require_ssh maybe\n", "line 1: bad value: 'require_ssh maybe'"},
    {"require_ssh\n", "line 1: not of the form 'key value'"},
    {"require_ssh no no\n", "line 1: not of the form 'key value'"},
    {"require_ssh # no\n", "line 1: not of the form 'key value'"},
    {"max_snaplen 96#headers\n", "line 1: bad value"},
    {"# policy\n\nrequire_sshd no\n", "line 3: unknown key: 'require_sshd no'"},
    {"max_snaplen 96\nmax_snaplen 96\n", "line 2: this key stands here twice"},
    {"max_snaplen 262145", "line 1: bad value"},
    {"max_snaplen -1", "line 1: bad value"},
    {"max_snaplen 1e3", "line 1: bad value"},
    {"max_snaplen 99999999999999999999999999", "line 1: bad value"},
    {"max_duration 31536001", "line 1: bad value"},
    {"max_duration 1h", "line 1: bad value"},
    {"Require_ssh no", "line 1: unknown key"},
    {"require_ssh no\r\n", "line 1: bad value"},
};

static void right_policies_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
        struct policy policy;

        assert_int_equal(policy_parse(&policy, "p", right[i].text, strlen(right[i].text)), 0);
        assert_int_equal(policy.require_ssh, right[i].policy.require_ssh);
        assert_int_equal(policy.max_snaplen, right[i].policy.max_snaplen);
        assert_int_equal(policy.max_duration, right[i].policy.max_duration);
    }
}

static void says(int result, const struct caught *caught, const char *words)
{
    assert_true(result < 0);
    if (strstr(caught->text, words) == NULL)
        fail_msg("'%s' does not say '%s'", caught->text, words);
    assert_ptr_equal(strchr(caught->text, '\n'), caught->text + strlen(caught->text) - 1);
}

static void wrong_policies_are_refused_and_the_line_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct policy policy;
        struct caught caught;

        catch_begin(&caught);
        int result = policy_parse(&policy, "p", wrong[i].text, strlen(wrong[i].text));
        catch_end(&caught);
        says(result, &caught, wrong[i].says);
    }
}

static void a_nul_byte_is_refused(void **state)
{
    static const char text[] = "require_ssh yes\0no\n";
    struct policy policy;
    struct caught caught;

    (void)state;
    catch_begin(&caught);
    int result = policy_parse(&policy, "p", text, sizeof text - 1);
    catch_end(&caught);
    says(result, &caught, "line 1: not text");
}

/* A directory of its own for each test, with a policy file of these bytes; NULL: none. */
static char *directory_with(const char *text, size_t length)
{
    static char directory[64];
    char path[96];

    strcpy(directory, "/tmp/policy_test.XXXXXX");
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/cf-pcap.policy", directory);
    if (text != NULL) {
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        assert_int_equal(fwrite(text, 1, length, file), length);
        fclose(file);
    }
    return directory;
}

static void remove_directory(const char *directory)
{
    char path[96];

    snprintf(path, sizeof path, "%s/cf-pcap.policy", directory);
    unlink(path);
    rmdir(path);
    rmdir(directory);
}

static void load_says(const char *directory, const char *words)
{
    struct policy policy;
    struct caught caught;

    catch_begin(&caught);
    int result = policy_load(&policy, directory);
    catch_end(&caught);
    remove_directory(directory);
    says(result, &caught, words);
}

static void no_file_is_the_default(void **state)
{
    struct policy policy = {false, 1, 1, false};
    char *directory = directory_with(NULL, 0);

    (void)state;
    assert_int_equal(policy_load(&policy, directory), 0);
    remove_directory(directory);
    assert_true(policy.require_ssh);
    assert_int_equal(policy.max_snaplen, 0);
    assert_int_equal(policy.max_duration, 0);
}

static void a_file_of_4096_bytes_is_read_and_one_more_refused(void **state)
{
    char text[4097];
    struct policy policy;

    (void)state;
    memset(text, '#', sizeof text);
    char *directory = directory_with(text, 4096);
    assert_int_equal(policy_load(&policy, directory), 0);
    remove_directory(directory);
    load_says(directory_with(text, 4097), "more than 4096 bytes");
}

static void what_is_no_regular_file_is_refused(void **state)
{
    char path[96];
    char *directory = directory_with(NULL, 0);

    (void)state;
    snprintf(path, sizeof path, "%s/cf-pcap.policy", directory);
    assert_int_equal(mkdir(path, 0700), 0);
    load_says(directory, "not a regular file");

    directory = directory_with(NULL, 0);
    snprintf(path, sizeof path, "%s/cf-pcap.policy", directory);
    assert_int_equal(symlink("/dev/null", path), 0);
    load_says(directory, "not a regular file");

    directory = directory_with(NULL, 0);
    snprintf(path, sizeof path, "%s/cf-pcap.policy", directory);
    assert_int_equal(mkfifo(path, 0600), 0);
    load_says(directory, "not a regular file");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(right_policies_are_read),
        cmocka_unit_test(wrong_policies_are_refused_and_the_line_named),
        cmocka_unit_test(a_nul_byte_is_refused),
        cmocka_unit_test(no_file_is_the_default),
        cmocka_unit_test(a_file_of_4096_bytes_is_read_and_one_more_refused),
        cmocka_unit_test(what_is_no_regular_file_is_refused),
    };

    return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
