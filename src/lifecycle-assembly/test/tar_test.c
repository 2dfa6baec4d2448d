#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include <cmocka.h>

#include "archive_file.h"

static struct tar_reader tar;
static struct failure failure;

static void begin(FILE *file)
{
    rewind(file);
    failure.text[0] = '\0';
    tar_begin(&tar, file, "it", &failure);
}

/* Where the fields of a header are: for headers that tar_header does not make. */
enum { SIZE = 124, CHECKSUM = 148, TYPE = 156, MAGIC = 257, PREFIX = 345 };

static void seal(unsigned char header[TAR_BLOCK])
{
    unsigned sum = 0;

    memset(header + CHECKSUM, ' ', 8);
    for (size_t i = 0; i < TAR_BLOCK; i++)
        sum += header[i];
    snprintf((char *)header + CHECKSUM, 8, "%06o", sum);
}

static void put_header(FILE *file, unsigned char header[TAR_BLOCK])
{
    seal(header);
    fwrite(header, 1, TAR_BLOCK, file);
}

static void members_come_in_order_with_their_contents(void **state)
{
    FILE *file = archive_file();
    char buffer[64];

    (void)state;
    put_member(file, "one", '0', "content");
    put_member(file, "two", '5', "");
    put_member(file, "three", '0', "");
    put_zero_blocks(file, 2);
    begin(file);
    assert_int_equal(tar_next(&tar), 1);
    assert_string_equal(tar.member.name, "one");
    assert_int_equal(tar_read(&tar, buffer, 3), 3);
    assert_int_equal(tar_read(&tar, buffer + 3, sizeof buffer), 4);
    assert_memory_equal(buffer, "content", 7);
    assert_int_equal(tar_read(&tar, buffer, sizeof buffer), 0);
    assert_int_equal(tar_next(&tar), 1);
    assert_string_equal(tar.member.name, "two");
    assert_int_equal(tar.member.type, '5');
    assert_int_equal(tar_next(&tar), 1);
    assert_int_equal(tar_next(&tar), 0);
    fclose(file);
}

static void content_that_is_not_read_is_skipped(void **state)
{
    FILE *file = archive_file();
    char large[70000];

    (void)state;
    memset(large, 'x', sizeof large - 1);
    large[sizeof large - 1] = '\0';
    put_member(file, "one", '0', large);
    put_member(file, "two", '0', "");
    put_zero_blocks(file, 2);
    begin(file);
    assert_int_equal(tar_next(&tar), 1);
    assert_int_equal(tar.member.size, sizeof large - 1);
    assert_int_equal(tar_next(&tar), 1);
    assert_string_equal(tar.member.name, "two");
    fclose(file);
}

static const struct {
    const char *field; /* of the size: 12 bytes */
    int status;
    uint64_t size;
} sizes[] = {
    {"00000000000\0", 1, 0},
    {"        12 \0", 1, 10},
    {"            ", 1, 0},
    {"77777777777 ", 1, 077777777777},
    {"777777777777", 1, 0777777777777},
    {"\x80\0\0\0\0\0\0\x02\0\0\0\0", 1, 1ull << 33},
    {"\x80\0\0\0\x3f\xff\xff\xff\xff\xff\xff\xff", 1, 0x3fffffffffffffff},
    {"\x80\0\0\0\x80\0\0\0\0\0\0\0", -EBADMSG, 0},
    {"\x80\x01\0\0\0\0\0\0\0\0\0\0", -EBADMSG, 0},
    {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", -EBADMSG, 0}, /* -1 */
    {"0000000001x\0", -EBADMSG, 0},
    {"00000000018\0", -EBADMSG, 0},
    {"-0000000001\0", -EBADMSG, 0},
};

static void sizes_are_octal_or_base_256(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        FILE *file = archive_file();
        unsigned char header[TAR_BLOCK];
        tar_header(header, "one", '0', 0644, 0);
        memcpy(header + SIZE, sizes[i].field, 12);
        put_header(file, header);
        begin(file);
        assert_int_equal(tar_next(&tar), sizes[i].status);
        if (sizes[i].status == 1)
            assert_true(tar.member.size == sizes[i].size);
        fclose(file);
    }
}

static void a_size_in_the_extended_header_counts(void **state)
{
    static const struct {
        const char *value;
        int status;
    } values[] = {{"3", 1},         {"003", 1},     {"x", -EBADMSG},
                  {"-1", -EBADMSG}, {"", -EBADMSG}, {"99999999999999999999", -EBADMSG}};

    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        FILE *file = archive_file();
        unsigned char header[TAR_BLOCK];
        put_record(file, 'x', "size", values[i].value);
        tar_header(header, "one", '0', 0644, 0);
        put_header(file, header);
        put_content(file, "abc", 3);
        put_zero_blocks(file, 2);
        begin(file);
        assert_int_equal(tar_next(&tar), values[i].status);
        if (values[i].status == 1) {
            assert_int_equal(tar.member.size, 3);
            assert_int_equal(tar_next(&tar), 0);
        }
        fclose(file);
    }
}

static void names_come_from_the_prefix_the_extended_header_or_gnu_headers(void **state)
{
    FILE *file = archive_file();
    unsigned char header[TAR_BLOCK];

    (void)state;
    tar_header(header, "name", '0', 0644, 0);
    strcpy((char *)header + PREFIX, "prefix");
    put_header(file, header);
    memcpy(header + MAGIC, "ustar  ", 8); /* GNU: other things are where the prefix is */
    put_header(file, header);
    memset(header + MAGIC, 0, 8);
    put_header(file, header);
    put_record(file, 'x', "path", "pax");
    put_member(file, "short", '0', "");
    put_member(file, "././@LongLink", 'L', "gnu");
    put_member(file, "././@LongLink", 'K', "gnu-link");
    put_member(file, "short", '2', "");
    put_zero_blocks(file, 2);
    begin(file);
    assert_int_equal(tar_next(&tar), 1);
    assert_string_equal(tar.member.name, "prefix/name");
    assert_int_equal(tar_next(&tar), 1);
    assert_string_equal(tar.member.name, "name");
    assert_int_equal(tar_next(&tar), 1);
    assert_string_equal(tar.member.name, "name");
    assert_int_equal(tar_next(&tar), 1);
    assert_string_equal(tar.member.name, "pax");
    assert_int_equal(tar_next(&tar), 1);
    assert_string_equal(tar.member.name, "gnu");
    assert_string_equal(tar.member.link, "gnu-link");
    assert_int_equal(tar_next(&tar), 0);
    fclose(file);
}

static void a_name_of_100_bytes_has_no_zero_byte(void **state)
{
    FILE *file = archive_file();
    char name[101];

    (void)state;
    memset(name, 'n', 100);
    name[100] = '\0';
    put_member(file, name, '0', "x");
    begin(file);
    assert_int_equal(tar_next(&tar), 1);
    assert_string_equal(tar.member.name, name);
    fclose(file);
}

/* Things that are refused, each after one good member, and the words for them. */
static void two_extended(FILE *file)
{
    put_record(file, 'x', "a", "b");
    put_record(file, 'x', "a", "b");
    put_member(file, "one", '0', "");
}

static void path_and_long_name(FILE *file)
{
    put_member(file, "././@LongLink", 'L', "gnu");
    put_record(file, 'x', "path", "pax");
    put_member(file, "one", '0', "");
}

static void path_taken_back(FILE *file)
{
    put_record(file, 'x', "path", "");
    put_member(file, "one", '0', "");
}

static void long_path(FILE *file)
{
    char name[TAR_NAME_MAX + 2];

    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    put_record(file, 'x', "path", name);
    put_member(file, "one", '0', "");
}

static void damaged_record(FILE *file)
{
    put_member(file, "PaxHeaders/one", 'x', "12 path=x");
    put_member(file, "one", '0', "");
}

static void large_extended(FILE *file)
{
    unsigned char header[TAR_BLOCK];

    tar_header(header, "PaxHeaders/one", 'x', 0644, TAR_EXTENSION_MAX + 1);
    fwrite(header, 1, TAR_BLOCK, file);
}

static void global_path(FILE *file)
{
    put_record(file, 'g', "path", "all");
}

static void global_inside(FILE *file)
{
    put_record(file, 'x', "a", "b");
    put_record(file, 'g', "a", "b");
}

static void sparse(FILE *file)
{
    put_record(file, 'x', "GNU.sparse.major", "1");
    put_member(file, "one", '0', "");
}

static void multi_volume(FILE *file)
{
    put_member(file, "one", 'M', "");
}

static void directory_with_content(FILE *file)
{
    put_member(file, "one", '5', "x");
}

static void extended_alone(FILE *file)
{
    put_record(file, 'x', "a", "b");
}

static const struct {
    void (*put)(FILE *file);
    const char *says;
} refused[] = {
    {two_extended, "it has two headers of type 'x' for one member"},
    {path_and_long_name, "it names a member in two ways"},
    {path_taken_back, "it has an extended header that withdraws a name or size"},
    {long_path, "it holds a name of more than 4095 bytes"},
    {damaged_record, "it has an extended header that is damaged"},
    {large_extended, "it has a header of type 'x' that is too large"},
    {global_path, "it sets names or sizes for all members"},
    {global_inside, "it has a global header inside a member"},
    {sparse, "it holds a sparse file"},
    {multi_volume, "it holds one, of the unknown type 'M'"},
    {directory_with_content, "it holds one, of type '5' but with content"},
    {extended_alone, "it is cut off: it ends before its end mark"},
};

static void what_is_unknown_or_ambiguous_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        FILE *file = archive_file();
        put_member(file, "good", '0', "x");
        refused[i].put(file);
        put_zero_blocks(file, 2);
        begin(file);
        assert_int_equal(tar_next(&tar), 1);
        assert_int_equal(tar_next(&tar), -EBADMSG);
        assert_string_equal(failure.text, refused[i].says);
        fclose(file);
    }
}

static void a_signed_checksum_counts_too(void **state)
{
    FILE *file = archive_file();
    unsigned char header[TAR_BLOCK];
    int sum = 0;

    (void)state;
    tar_header(header, "\xc3\xa9", '0', 0644, 0);
    memset(header + CHECKSUM, ' ', 8);
    for (size_t i = 0; i < TAR_BLOCK; i++)
        sum += (signed char)header[i];
    snprintf((char *)header + CHECKSUM, 8, "%06o", (unsigned)sum);
    fwrite(header, 1, TAR_BLOCK, file);
    begin(file);
    assert_int_equal(tar_next(&tar), 1);
    fclose(file);
}

static void every_prefix_of_an_archive_is_an_error(void **state)
{
    FILE *whole = archive_file();
    char bytes[8 * TAR_BLOCK];

    (void)state;
    put_record(whole, 'x', "path", "one");
    put_member(whole, "one", '0', "content");
    put_member(whole, "two", '0', "");
    put_zero_blocks(whole, 2);
    rewind(whole);
    size_t size = fread(bytes, 1, sizeof bytes, whole);
    assert_int_equal(size, 7 * TAR_BLOCK);
    for (size_t length = 0; length < size; length++) {
        FILE *file = archive_file();
        int status;
        fwrite(bytes, 1, length, file);
        begin(file);
        do
            status = tar_next(&tar);
        while (status == 1);
        assert_int_equal(status, -EBADMSG);
        fclose(file);
    }
    fclose(whole);
}

/* A disk that fails is no archive that is wrong: who looks for it must know. */
static void a_stream_that_cannot_be_read_says_why(void **state)
{
    FILE *file = fopen("/", "re"); /* read(2) of a directory fails with EISDIR */

    (void)state;
    assert_non_null(file);
    failure.text[0] = '\0';
    tar_begin(&tar, file, "it", &failure);
    assert_int_equal(tar_next(&tar), -EIO);
    assert_string_equal(failure.text, "it cannot be read: Is a directory");
    fclose(file);
}

static void what_is_shorter_than_a_header_is_no_archive(void **state)
{
    FILE *file = archive_file();

    (void)state;
    fwrite("no archive", 1, 10, file);
    begin(file);
    assert_int_equal(tar_next(&tar), -EBADMSG);
    assert_string_equal(failure.text, "it is not a tar archive");
    fclose(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_come_in_order_with_their_contents),
        cmocka_unit_test(content_that_is_not_read_is_skipped),
        cmocka_unit_test(sizes_are_octal_or_base_256),
        cmocka_unit_test(a_size_in_the_extended_header_counts),
        cmocka_unit_test(names_come_from_the_prefix_the_extended_header_or_gnu_headers),
        cmocka_unit_test(a_name_of_100_bytes_has_no_zero_byte),
        cmocka_unit_test(what_is_unknown_or_ambiguous_is_refused),
        cmocka_unit_test(a_signed_checksum_counts_too),
        cmocka_unit_test(every_prefix_of_an_archive_is_an_error),
        cmocka_unit_test(a_stream_that_cannot_be_read_says_why),
        cmocka_unit_test(what_is_shorter_than_a_header_is_no_archive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
