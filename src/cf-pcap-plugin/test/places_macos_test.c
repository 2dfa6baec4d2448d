/* macOS: programs that a desktop's PATH lacks, which has no folder of Homebrew or of an
 * application. */
#include "usual_places.h"

const char system_path_separator = ':', system_program_ending[] = "";

static void wireshark_is_found_as_application_and_of_homebrew_and_macports(void **state)
{
    (void)state;
    assert_found("/Applications/Wireshark.app/Contents/MacOS/Wireshark", "Wireshark");
    assert_found("/home/me/Applications/Wireshark.app/Contents/MacOS/Wireshark", "Wireshark");
    assert_found("/Applications/Wireshark.app/Contents/MacOS/tshark", "tshark");
    assert_found("/opt/homebrew/bin/wireshark", "wireshark");
    assert_found("/usr/local/bin/termshark", "termshark");
    assert_found("/opt/local/bin/wireshark", "wireshark");
}

static void cf_is_found_of_homebrew_and_macports_and_where_users_put_it(void **state)
{
    (void)state;
    assert_found("/opt/homebrew/bin/cf", "cf");
    assert_found("/usr/local/bin/cf8", "cf8");
    assert_found("/opt/local/bin/cf", "cf");
    assert_found("/home/me/bin/cf", "cf");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wireshark_is_found_as_application_and_of_homebrew_and_macports),
        cmocka_unit_test(cf_is_found_of_homebrew_and_macports_and_where_users_put_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
