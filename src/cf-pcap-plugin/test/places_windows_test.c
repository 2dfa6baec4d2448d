/* Windows: programs that PATH lacks, where the registry does not know them. */
#include "usual_places.h"

const char system_path_separator = ';', system_program_ending[] = ".exe";

static void wireshark_is_found_where_installers_put_it(void **state)
{
    (void)state;
    assert_found("C:/Program Files/Wireshark/Wireshark.exe", "Wireshark");
    assert_found("C:/Program Files/Wireshark/tshark.exe", "tshark.exe");
    assert_found("/home/me/AppData/Local/Programs/Wireshark/Wireshark.exe", "Wireshark");
    assert_found("/home/me/scoop/shims/cf.exe", "cf");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wireshark_is_found_where_installers_put_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
