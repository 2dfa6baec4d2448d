#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "failure.h"

static void a_failure_never_looks_like_success(void **state)
{
    struct failure failure;

    (void)state;
    assert_int_equal(failed(&failure, ENOSPC, "full"), -ENOSPC);
    assert_int_equal(failed(&failure, 0, "it broke, and errno was not set"), -EIO);
    assert_string_equal(failure.text, "it broke, and errno was not set");
}

static void names_from_archives_cannot_drive_a_terminal(void **state)
{
    struct failure failure;

    (void)state;
    failed(&failure, EINVAL, "%s", "a\033[31m\nb\xff");
    assert_string_equal(failure.text, "a?[31m?b?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failure_never_looks_like_success),
        cmocka_unit_test(names_from_archives_cannot_drive_a_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
