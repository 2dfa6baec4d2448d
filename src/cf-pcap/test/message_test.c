#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "message.h"
#include "stderr.h"

static void a_message_is_one_line_of_printable_text(void **state)
{
    struct caught caught;

    (void)state;
    catch_begin(&caught);
    message("'%s' %d", "a\nb\x1b[2J\t\xff", 7);
    catch_end(&caught);
    assert_string_equal(caught.text, "cf-pcap: 'a\\x0ab\\x1b[2J \\xff' 7\n");
}

static void a_long_message_is_cut_and_marked(void **state)
{
    static char text[8192];
    struct caught caught;

    (void)state;
    memset(text, 'x', sizeof text - 1);
    catch_begin(&caught);
    message("%s", text);
    catch_end(&caught);
    assert_int_equal(strlen(caught.text), strlen("cf-pcap: ") + 4095 + 1);
    assert_string_equal(caught.text + strlen(caught.text) - 5, "x...\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_is_one_line_of_printable_text),
        cmocka_unit_test(a_long_message_is_cut_and_marked),
    };

    return cmocka_run_group_tests_name("message", tests, NULL, NULL);
}
