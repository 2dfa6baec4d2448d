/* Linux: programs that a desktop's PATH lacks. */
#include "usual_places.h"

const char system_path_separator = ':', system_program_ending[] = "";

static void wireshark_is_found_as_package_snap_and_flatpak(void **state)
{
    (void)state;
    assert_found("/usr/bin/wireshark", "wireshark");
    assert_found("/usr/local/bin/wireshark", "wireshark");
    assert_found("/snap/bin/wireshark", "wireshark");
    assert_found("/var/lib/flatpak/exports/bin/org.wireshark.Wireshark", "org.wireshark.Wireshark");
    assert_found("/home/me/.local/share/flatpak/exports/bin/org.wireshark.Wireshark",
                 "org.wireshark.Wireshark");
    assert_found("/home/linuxbrew/.linuxbrew/bin/tshark", "tshark");
}

static void cf_is_found_as_package_snap_and_homebrew_and_where_users_put_it(void **state)
{
    (void)state;
    assert_found("/usr/bin/cf8", "cf8");
    assert_found("/usr/local/bin/cf", "cf");
    assert_found("/home/me/.local/bin/cf", "cf");
    assert_found("/snap/bin/cf", "cf");
    assert_found("/home/linuxbrew/.linuxbrew/bin/cf7", "cf7");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wireshark_is_found_as_package_snap_and_flatpak),
        cmocka_unit_test(cf_is_found_as_package_snap_and_homebrew_and_where_users_put_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
