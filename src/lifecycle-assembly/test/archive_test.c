#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "archive.h"
#include "archive_file.h"

static struct tar_reader stock_reader, product_reader;
static struct failure failure;
static struct addition additions[ADDITIONS];

/* A tool and a policy as additions_open leaves them, without a file capability on any disk. */
static int setup(void **state)
{
    static const char *const contents[] = {"the tool", "the policy"}, *const names[] = {
                                                                          "cf-pcap",
                                                                          "cf-pcap.policy"};

    (void)state;
    for (size_t i = 0; i < ADDITIONS; i++) {
        additions[i] = (struct addition){.name = names[i], .mode = 0755, .path = names[i]};
        additions[i].file = archive_file();
        fputs(contents[i], additions[i].file);
        rewind(additions[i].file);
        additions[i].size = strlen(contents[i]);
    }
    additions[0].record_size =
        pax_write(additions[0].record, ADDITION_RECORD_MAX, "SCHILY.xattr.security.capability",
                  "twenty bytes of value", 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    additions_close(additions);
    return 0;
}

static FILE *stock_archive(void)
{
    FILE *file = archive_file();

    put_record(file, 'x', "mtime", "1.5");
    put_member(file, "builder", '0', "the builder");
    put_record(file, 'x', "SCHILY.xattr.user.x", "x");
    put_member(file, "./cf-pcap", '0', "another tool");
    put_record(file, 'x', "SCHILY.xattr.user.x", "x");
    put_member(file, "launcher", '0', "the launcher");
    put_member(file, "sub", '5', "");
    put_zero_blocks(file, 20);
    return file;
}

static void begin(FILE *stock, FILE *product)
{
    failure.text[0] = '\0';
    rewind(stock);
    tar_begin(&stock_reader, stock, "the stock archive", &failure);
    if (product == NULL)
        return;
    rewind(product);
    tar_begin(&product_reader, product, "ours", &failure);
}

static FILE *filtered(FILE *stock, struct addition *added)
{
    struct archive_counts counts;
    FILE *product = archive_file();

    begin(stock, NULL);
    for (size_t i = 0; i < ADDITIONS; i++)
        rewind(additions[i].file);
    assert_int_equal(archive_filter(&stock_reader, added, product, &counts), 0);
    assert_int_equal(counts.kept, 3);
    assert_int_equal(counts.left_out, 1);
    assert_int_equal(counts.added, added == NULL ? 0 : ADDITIONS);
    return product;
}

static int check(FILE *stock, FILE *product, struct addition *added)
{
    begin(stock, product);
    return archive_check(&stock_reader, &product_reader, added);
}

static void what_is_filtered_passes_the_check(void **state)
{
    FILE *stock = stock_archive(), *other = stock_archive();
    FILE *with = filtered(stock, additions), *without = filtered(stock, NULL);

    (void)state;
    assert_int_equal(check(stock, with, additions), 0);
    assert_int_equal(check(stock, without, NULL), 0);
    assert_int_equal(check(stock, with, NULL), -EINVAL);
    assert_int_equal(check(stock, without, additions), -EINVAL);
    assert_int_equal(check(stock, other, NULL), -EINVAL);
    fclose(stock), fclose(other), fclose(with), fclose(without);
}

static void a_filtered_archive_is_filtered_to_itself(void **state)
{
    FILE *stock = stock_archive(), *once = filtered(stock, NULL), *twice = archive_file();
    struct archive_counts counts;
    char a[16384], b[16384];

    (void)state;
    begin(once, NULL);
    assert_int_equal(archive_filter(&stock_reader, NULL, twice, &counts), 0);
    assert_int_equal(counts.left_out, 0);
    rewind(once), rewind(twice);
    size_t size = fread(a, 1, sizeof a, once);
    assert_int_equal(fread(b, 1, sizeof b, twice), size);
    assert_memory_equal(a, b, size);
    assert_int_equal(size % TAR_RECORD, 0);
    fclose(stock), fclose(once), fclose(twice);
}

/* Without it the archive would be empty, which is none. */
static void an_archive_of_the_tool_alone_is_refused(void **state)
{
    FILE *stock = archive_file(), *product = archive_file();
    struct archive_counts counts;

    (void)state;
    put_member(stock, "./cf-pcap", '0', "another tool");
    put_zero_blocks(stock, 2);
    begin(stock, NULL);
    assert_int_equal(archive_filter(&stock_reader, NULL, product, &counts), -EBADMSG);
    assert_string_equal(failure.text, "the stock archive holds nothing but the capture tool");
    fclose(stock), fclose(product);
}

/* Every byte of the product counts, but for what only fills it up. */
static void no_changed_byte_passes_the_check(void **state)
{
    FILE *stock = stock_archive(), *product = filtered(stock, additions);
    size_t passed = 0, end = 0;
    char bytes[TAR_RECORD];

    (void)state;
    rewind(product);
    size_t size = fread(bytes, 1, sizeof bytes, product);
    assert_int_equal(size, TAR_RECORD);
    for (size_t i = 0; i < size; i++)
        if (bytes[i] != 0)
            end = i + 1;
    for (size_t i = 0; i < size; i++) {
        FILE *changed = archive_file();
        bytes[i] ^= 1;
        fwrite(bytes, 1, size, changed);
        bytes[i] ^= 1;
        bool fill = bytes[i] == 0;
        if (check(stock, changed, additions) == 0) {
            assert_true(fill); /* behind a content in its last block: nobody reads it */
            assert_true(i < end + TAR_BLOCK);
            passed++;
        }
        fclose(changed);
    }
    /* Six contents and extended headers, each of which fills up a block. */
    assert_true(passed < 6 * TAR_BLOCK);
    fclose(stock), fclose(product);
}

static FILE *two_members(const char *first, const char *second)
{
    FILE *file = archive_file();

    put_member(file, first, '0', "same");
    put_member(file, second, '0', "same");
    put_zero_blocks(file, 2);
    return file;
}

static void another_order_or_an_attribute_more_does_not_pass(void **state)
{
    FILE *stock = two_members("a", "b"), *same = two_members("a", "b");
    FILE *swapped = two_members("b", "a"), *attribute = archive_file();

    (void)state;
    put_record(attribute, 'x', "SCHILY.xattr.user.x", "x");
    put_member(attribute, "a", '0', "same");
    put_member(attribute, "b", '0', "same");
    put_zero_blocks(attribute, 2);
    assert_int_equal(check(stock, same, NULL), 0);
    assert_int_equal(check(stock, swapped, NULL), -EINVAL);
    assert_int_equal(check(stock, attribute, NULL), -EINVAL);
    assert_int_equal(check(attribute, stock, NULL), 0);
    fclose(stock), fclose(same), fclose(swapped), fclose(attribute);
}

static void a_global_header_stays_but_for_its_attributes(void **state)
{
    FILE *stock = archive_file(), *product = archive_file();
    struct archive_counts counts;

    (void)state;
    put_record(stock, 'g', "comment", "kept");
    put_record(stock, 'g', "SCHILY.xattr.user.x", "x");
    put_member(stock, "a", '0', "");
    put_zero_blocks(stock, 2);
    begin(stock, NULL);
    assert_int_equal(archive_filter(&stock_reader, NULL, product, &counts), 0);
    assert_int_equal(counts.kept, 1);
    assert_int_equal(check(stock, product, NULL), 0);
    begin(product, NULL);
    assert_int_equal(tar_next(&stock_reader), 1);
    assert_int_equal(stock_reader.member.type, 'g');
    assert_int_equal(tar_next(&stock_reader), 1);
    assert_string_equal(stock_reader.member.name, "a");
    fclose(stock), fclose(product);
}

static void a_disk_that_is_full_is_an_error(void **state)
{
    FILE *stock = stock_archive(), *full = fopen("/dev/full", "w");
    struct archive_counts counts;

    (void)state;
    begin(stock, NULL);
    assert_int_equal(archive_filter(&stock_reader, additions, full, &counts), -ENOSPC);
    fclose(stock), fclose(full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_filtered_passes_the_check, setup, teardown),
        cmocka_unit_test_setup_teardown(a_filtered_archive_is_filtered_to_itself, setup, teardown),
        cmocka_unit_test_setup_teardown(an_archive_of_the_tool_alone_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(no_changed_byte_passes_the_check, setup, teardown),
        cmocka_unit_test_setup_teardown(another_order_or_an_attribute_more_does_not_pass, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_global_header_stays_but_for_its_attributes, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_disk_that_is_full_is_an_error, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
