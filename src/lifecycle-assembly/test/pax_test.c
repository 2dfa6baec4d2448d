#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pax.h"

static const struct {
    const char *data;
    size_t size;
} wrong[] = {
    {"x", 1},
    {"12", 2},
    {"12 ", 3},
    {"5 a=b\n", 5},                        /* the length ends in the middle */
    {"7 a=b\n", 6},                        /* longer than the data */
    {"5 a=\n", 4},                         /* no newline at the end */
    {"6 abc\n", 6},                        /* no = */
    {"5 =x\n", 5},                         /* no key */
    {"7 a\0=b\n", 7},                      /* a zero byte in the key */
    {"0 a=b\n", 6},                        /* shorter than itself */
    {"99999999999999999999999 a=b\n", 28}, /* more than a size_t */
    {" 6 a=b\n", 7},
    {"-6 a=b\n", 7},
};

static void what_is_no_record_is_an_error(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct pax_record record;
        size_t offset = 0;
        /* In memory of exactly this size, so that a sanitizer sees a read behind it. */
        char *data = malloc(wrong[i].size);
        memcpy(data, wrong[i].data, wrong[i].size);
        assert_int_equal(pax_next(data, wrong[i].size, &offset, &record), -EBADMSG);
        free(data);
    }
}

static void records_follow_each_other(void **state)
{
    static const char data[] = "6 a=b\n6 ab=\n12 c=d=\0e\nf\n";
    struct pax_record record;
    size_t offset = 0;

    (void)state;
    assert_int_equal(pax_next(data, sizeof data - 1, &offset, &record), 1);
    assert_true(pax_key_is(&record, "a"));
    assert_memory_equal(record.value, "b", 1);
    assert_int_equal(pax_next(data, sizeof data - 1, &offset, &record), 1);
    assert_true(pax_key_is(&record, "ab"));
    assert_false(pax_key_is(&record, "a"));
    assert_false(pax_key_is(&record, "abc"));
    assert_int_equal(record.value_length, 0);
    assert_int_equal(pax_next(data, sizeof data - 1, &offset, &record), 1);
    assert_true(pax_key_is(&record, "c"));
    assert_int_equal(record.value_length, 6);
    assert_memory_equal(record.value, "d=\0e\nf", 6);
    assert_int_equal(pax_next(data, sizeof data - 1, &offset, &record), 0);
}

/* The length counts its own digits: from 9 to 10 and from 99 to 100 bytes a digit is added. */
static void what_is_written_is_read_again(void **state)
{
    char value[200], buffer[256];

    (void)state;
    memset(value, 'v', sizeof value);
    for (size_t length = 0; length < sizeof value; length++) {
        struct pax_record record;
        size_t offset = 0, size = pax_write(buffer, sizeof buffer, "key", value, length);
        assert_true(size > 0);
        assert_int_equal(pax_next(buffer, size, &offset, &record), 1);
        assert_int_equal(offset, size);
        assert_int_equal(record.value_length, length);
        assert_true(pax_key_is(&record, "key"));
    }
    assert_int_equal(pax_write(buffer, 16, "key", value, 100), 0);
}

static void attributes_are_told_from_the_rest(void **state)
{
    static const struct {
        const char *key;
        bool is;
    } keys[] = {
        {"SCHILY.xattr.security.capability", true},
        {"SCHILY.xattr.user.x", true},
        {"SCHILY.acl.access", true},
        {"SCHILY.acl.default", true},
        {"LIBARCHIVE.xattr.user.x", true},
        {"RHT.security.selinux", true},
        {"SCHILY.dev", false},
        {"SCHILY.xattr", false},
        {"mtime", false},
        {"path", false},
    };
    char buffer[256], copy[256];

    (void)state;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        size_t size = pax_write(buffer, sizeof buffer, "mtime", "1.5", 3);
        size_t mtime = size;
        size += pax_write(buffer + size, sizeof buffer - size, keys[i].key, "v", 1);
        assert_int_equal(pax_without_attributes(buffer, size, copy), keys[i].is ? mtime : size);
        assert_memory_equal(copy, buffer, keys[i].is ? mtime : size);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_record_is_an_error),
        cmocka_unit_test(records_follow_each_other),
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(attributes_are_told_from_the_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
