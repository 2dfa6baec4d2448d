#include "test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../gob.h"
#include "../metadata.h"
#include "../rpc.h"

static void integers_are_encoded_as_gos_documentation_says(void **state)
{
    static const struct {
        int64_t value;
        const char *bytes;
        size_t length;
    } cases[] = {
        {0, "\x00", 1},
        {3, "\x06", 1},
        {-1, "\x01", 1},
        {-129, "\xfe\x01\x01", 3},
        {INT64_MIN, "\xf8\xff\xff\xff\xff\xff\xff\xff\xff", 9},
        {INT64_MAX, "\xf8\xff\xff\xff\xff\xff\xff\xff\xfe", 9},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct gob_writer gob = {.used = 0};

        gob_put_int(&gob, cases[i].value);
        assert_int_equal(gob.used, cases[i].length);
        assert_memory_equal(gob.bytes, cases[i].bytes, cases[i].length);

        struct gob_reader reader = {gob.bytes, gob.bytes + gob.used, false};
        assert_true(gob_get_int(&reader) == cases[i].value);
        assert_false(reader.bad);
    }
    struct gob_writer gob = {.used = 0};
    gob_put_uint(&gob, 256);
    assert_memory_equal(gob.bytes, "\xfe\x01\x00", 3);
}

static void a_struct_type_is_encoded_as_gos_documentation_says(void **state)
{
    static const struct gob_field fields[] = {{"X", GOB_INT}, {"Y", GOB_INT}};
    static const uint8_t expected[] = {0x1f, 0xff, 0x81, 0x03, 0x01, 0x01, 0x05, 0x50,
                                       0x6f, 0x69, 0x6e, 0x74, 0x01, 0xff, 0x82, 0x00,
                                       0x01, 0x02, 0x01, 0x01, 0x58, 0x01, 0x04, 0x00,
                                       0x01, 0x01, 0x59, 0x01, 0x04, 0x00, 0x00, 0x00};
    struct gob_writer gob = {.used = 0};

    (void)state;
    gob_put_struct_type(&gob, 65, "Point", fields, 2);
    assert_int_equal(gob.used, sizeof expected);
    assert_memory_equal(gob.bytes, expected, sizeof expected);
}

static void what_does_not_fit_is_noticed(void **state)
{
    static struct gob_writer gob;
    static char text[GOB_MAX + 1];

    (void)state;
    memset(text, 'x', GOB_MAX);
    gob_put_string(&gob, text);
    assert_true(gob.full);
}

static void a_number_that_is_cut_or_too_wide_is_bad(void **state)
{
    static const char *const cases[] = {"", "\xfe\x01", "\xf8\x01",
                                        "\xf7\x01\x01\x01\x01\x01\x01\x01\x01\x01"};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct gob_reader reader = {(const uint8_t *)cases[i],
                                    (const uint8_t *)cases[i] + strlen(cases[i]), false};

        assert_true(gob_get_uint(&reader) == 0);
        assert_true(reader.bad);
    }
}

/* As Go 1.26's net/rpc sent them. */
#define RESPONSE_TYPE                                                                              \
    0x39, 0x7f, 0x03, 0x01, 0x01, 0x08, 0x52, 0x65, 0x73, 0x70, 0x6f, 0x6e, 0x73, 0x65, 0x01,      \
        0xff, 0x80, 0x00, 0x01, 0x03, 0x01, 0x0d, 0x53, 0x65, 0x72, 0x76, 0x69, 0x63, 0x65, 0x4d,  \
        0x65, 0x74, 0x68, 0x6f, 0x64, 0x01, 0x0c, 0x00, 0x01, 0x03, 0x53, 0x65, 0x71, 0x01, 0x06,  \
        0x00, 0x01, 0x05, 0x45, 0x72, 0x72, 0x6f, 0x72, 0x01, 0x0c, 0x00, 0x00, 0x00
#define METHOD                                                                                     \
    0x1b, 0x43, 0x6c, 0x69, 0x52, 0x70, 0x63, 0x43, 0x6d, 0x64, 0x2e, 0x53, 0x65, 0x74, 0x50,      \
        0x6c, 0x75, 0x67, 0x69, 0x6e, 0x4d, 0x65, 0x74, 0x61, 0x64, 0x61, 0x74, 0x61
static const uint8_t good[] = {RESPONSE_TYPE, 0x20, 0xff, 0x80, 0x01, METHOD,
                               0x00,          0x03, 0x02, 0x00, 0x01};
static const uint8_t bad[] = {RESPONSE_TYPE, 0x2f, 0xff, 0x80, 0x01, METHOD, 0x02, 0x0d, 0x6e, 0x6f,
                              0x20,          0x73, 0x75, 0x63, 0x68, 0x20,   0x74, 0x68, 0x69, 0x6e,
                              0x67,          0x00, 0x0a, 0xff, 0x81, 0x03,   0x01, 0x02, 0xff, 0x82,
                              0x00,          0x00, 0x00, 0x03, 0xff, 0x82,   0x00};

static int parse(struct rpc_reply *reply, const uint8_t *bytes, size_t length)
{
    uint8_t *copy = malloc(length + 1); /* of its own, so that a read behind its end is noticed */

    memcpy(copy, bytes, length);
    copy = realloc(copy, length == 0 ? 1 : length);
    int result = rpc_parse_reply(reply, copy, length);
    free(copy);
    return result;
}

static void a_reply_of_net_rpc_is_read(void **state)
{
    struct rpc_reply reply;

    (void)state;
    assert_int_equal(parse(&reply, good, sizeof good), 0);
    assert_true(reply.result);
    assert_string_equal(reply.error, "");
    assert_int_equal(parse(&reply, bad, sizeof bad), 0);
    assert_false(reply.result);
    assert_string_equal(reply.error, "no such thing");
}

static void a_reply_that_is_cut_anywhere_is_waited_for(void **state)
{
    struct rpc_reply reply;

    (void)state;
    for (size_t length = 0; length < sizeof good; length++)
        assert_int_equal(parse(&reply, good, length), -EAGAIN);
    for (size_t length = 0; length < sizeof bad; length++)
        assert_int_equal(parse(&reply, bad, length), -EAGAIN);
}

static void a_reply_with_any_byte_changed_does_no_harm(void **state)
{
    struct rpc_reply reply;
    uint8_t copy[sizeof bad];

    (void)state;
    for (size_t at = 0; at < sizeof bad; at++)
        for (unsigned int value = 0; value < 256; value++) {
            memcpy(copy, bad, sizeof bad);
            copy[at] = (uint8_t)value;
            int result = parse(&reply, copy, sizeof copy);
            assert_true(result == 0 || result == -EAGAIN || result == -EBADMSG);
        }
}

static void the_metadata_fits_and_names_the_command(void **state)
{
    static struct gob_writer call;

    (void)state;
    metadata_call(&call, false);
    assert_false(call.full);
    assert_non_null(memmem(call.bytes, call.used, "\x04pcap", 5));
    assert_non_null(memmem(call.bytes, call.used, "CliRpcCmd.SetPluginMetadata", 27));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_are_encoded_as_gos_documentation_says),
        cmocka_unit_test(a_struct_type_is_encoded_as_gos_documentation_says),
        cmocka_unit_test(what_does_not_fit_is_noticed),
        cmocka_unit_test(a_number_that_is_cut_or_too_wide_is_bad),
        cmocka_unit_test(a_reply_of_net_rpc_is_read),
        cmocka_unit_test(a_reply_that_is_cut_anywhere_is_waited_for),
        cmocka_unit_test(a_reply_with_any_byte_changed_does_no_harm),
        cmocka_unit_test(the_metadata_fits_and_names_the_command),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
