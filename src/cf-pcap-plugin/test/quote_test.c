#include "test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../quote.h"

static const char *const words[] = {
    "",
    "tcp port 80",
    "it's",
    "'",
    "''",
    "$(touch /tmp/no) `touch /tmp/no` ${HOME} $$",
    "a;b|c&d>e<f\\g\"h!i*j?k[l]m~n#o",
    "two\nlines\r\n\ttabs",
    "\\",
    "-e -n --",
    "\xc3\xa4\xff\x01",
};

/* What a shell makes of the quoted word. */
static void read_back(const char *shell, const char *word, char *result, size_t size)
{
    char command[1024] = "printf %s ", line[2048];

    assert_int_equal(quote_word(command, sizeof command, word), 0);
    /* In a file, as /bin/sh would read popen's command a second time. */
    FILE *script = fopen("quote_test.sh", "w");
    assert_non_null(script);
    fputs(command, script);
    fclose(script);
    snprintf(line, sizeof line, "%s ./quote_test.sh", shell);
    FILE *output = popen(line, "r");
    assert_non_null(output);
    size_t length = fread(result, 1, size - 1, output);
    result[length] = '\0';
    assert_int_equal(pclose(output), 0);
    unlink("quote_test.sh");
}

static void a_shell_reads_any_word_as_it_was(void **state)
{
    static const char *const shells[] = {"bash", "sh"};
    char result[1024];

    (void)state;
    for (size_t shell = 0; shell < 2; shell++)
        for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
            read_back(shells[shell], words[i], result, sizeof result);
            assert_string_equal(result, words[i]);
        }
}

static void a_word_that_does_not_fit_leaves_what_was_there(void **state)
{
    (void)state;
    for (size_t size = 5; size < 12; size++) {
        char text[12] = "cmd ";

        assert_int_equal(quote_word(text, size, "a'b"), -ENAMETOOLONG);
        assert_string_equal(text, "cmd ");
    }
    char text[13] = "cmd ";
    assert_int_equal(quote_word(text, sizeof text, "a'b"), 0);
    assert_string_equal(text, "cmd 'a'\\''b'");
}

static void nothing_that_drives_a_terminal_is_shown(void **state)
{
    char shown[128];

    (void)state;
    assert_string_equal(quote_for_display(shown, sizeof shown, "a\x1b[2J\nb\0c\x9b\xc2\x9b", 12),
                        "a\\x1b[2J\\x0ab\\x00c\\x9b\\xc2\\x9b");
    assert_string_equal(quote_for_display(shown, sizeof shown, "", 0), "");
}

static void what_is_too_long_is_cut_visibly(void **state)
{
    char shown[16];

    (void)state;
    quote_for_display(shown, sizeof shown, "0123456789abcdef0123", 20);
    assert_true(strlen(shown) < sizeof shown);
    assert_string_equal(shown + strlen(shown) - 3, "...");
    for (size_t size = 10; size < 40; size++) {
        char text[40];

        memset(text, 'X', sizeof text);
        quote_for_display(text, size, "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a", 10);
        assert_true(strlen(text) < size);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_shell_reads_any_word_as_it_was),
        cmocka_unit_test(a_word_that_does_not_fit_leaves_what_was_there),
        cmocka_unit_test(nothing_that_drives_a_terminal_is_shown),
        cmocka_unit_test(what_is_too_long_is_cut_visibly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
