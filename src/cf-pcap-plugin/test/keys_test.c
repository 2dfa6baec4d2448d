/* TLS keys: the reader of a key log, the store of its lines, and which connections have begun. */
#include "test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../core/hellos.h"
#include "../core/key_log.h"
#include "../core/key_store.h"

#define RANDOM "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF"
#define SECRET_32 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define SECRET_48 SECRET_32 "0123456789abcdef0123456789abcdef"

static void a_line_is_a_key_or_none(void **state)
{
    static const struct {
        const char *line;
        bool is_key;
    } cases[] = {
        {"CLIENT_RANDOM " RANDOM " " SECRET_48, true},
        {"CLIENT_RANDOM " RANDOM " " SECRET_32, false}, /* a master secret has 48 bytes */
        {"CLIENT_HANDSHAKE_TRAFFIC_SECRET " RANDOM " " SECRET_32, true},
        {"SERVER_HANDSHAKE_TRAFFIC_SECRET " RANDOM " " SECRET_48, true},
        {"CLIENT_TRAFFIC_SECRET_0 " RANDOM " " SECRET_48, true},
        {"SERVER_TRAFFIC_SECRET_0 " RANDOM " " SECRET_32, true},
        {"EXPORTER_SECRET " RANDOM " " SECRET_32, true},
        {"CLIENT_EARLY_TRAFFIC_SECRET " RANDOM " " SECRET_32, true},
        {"EARLY_EXPORTER_SECRET " RANDOM " " SECRET_32, true},
        {"RSA 0123456789abcdef " SECRET_48, true},
        {"RSA " RANDOM " " SECRET_48, false},
        {"", false},
        {"# a comment", false},
        {"CLIENT_RANDOM", false},
        {"CLIENT_RANDOM ", false},
        {"CLIENT_RANDOM " RANDOM, false},
        {"CLIENT_RANDOM " RANDOM " ", false},
        {" CLIENT_RANDOM " RANDOM " " SECRET_48, false},
        {"client_random " RANDOM " " SECRET_48, false},
        {"CLIENT_RANDOM  " RANDOM " " SECRET_48, false},
        {"CLIENT_RANDOM " RANDOM "\t" SECRET_48, false},
        {"CLIENT_RANDOM " RANDOM " " SECRET_48 " ", false},
        {"CLIENT_RANDOM " RANDOM " " SECRET_48 "0", false},
        {"CLIENT_RANDOM " RANDOM "0 " SECRET_48, false},
        {"CLIENT_TRAFFIC_SECRET_0 " RANDOM " " SECRET_32 "0", false},
        {"CLIENT_TRAFFIC_SECRET_0 " RANDOM " " SECRET_32 SECRET_32 "00", false},
        {"CLIENT_TRAFFIC_SECRET_1 " RANDOM " " SECRET_32, false},
        {"PASSWORD " RANDOM " " SECRET_48, false},
        {"CLIENT_RANDOM "
         "xx112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF " SECRET_48,
         false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t length = strlen(cases[i].line);
        char *line = malloc(length + 1); /* so that reading beyond it is seen */

        memcpy(line, cases[i].line, length);
        char *exact = realloc(line, length == 0 ? 1 : length);
        if (key_log_is_key(exact, length) != cases[i].is_key)
            fail_msg("%s", cases[i].line);
        free(exact);
    }
}

/* Reads it in pieces of that many bytes; how many keys there are. */
static size_t read_all(const char *text, size_t piece, char *keys, size_t size)
{
    struct key_log log;
    size_t count = 0, used = 0, length = strlen(text);

    key_log_begin(&log);
    for (size_t begin = 0; begin < length; begin += piece) {
        size_t part = length - begin < piece ? length - begin : piece, at = 0;

        while (key_log_next(&log, text + begin, part, &at)) {
            assert_true(used + log.length < size);
            memcpy(keys + used, log.line, log.length);
            used += log.length;
            count++;
        }
        assert_int_equal(at, part);
    }
    keys[used] = '\0';
    return count;
}

static void keys_are_found_among_other_lines_however_the_bytes_come(void **state)
{
    static const char first[] = "CLIENT_RANDOM " RANDOM " " SECRET_48;
    static const char second[] = "CLIENT_TRAFFIC_SECRET_0 " RANDOM " " SECRET_32;
    char text[4096], expected[1024], keys[1024], filler[601];

    (void)state;
    memset(filler, 'x', sizeof filler - 1);
    filler[sizeof filler - 1] = '\0';
    snprintf(text, sizeof text, "# comment\n%s\n\n%s\r\n%s%s\n%s\n%s %s\n%s\n%s", first, second,
             filler, first, filler, first, second, second, first);
    snprintf(expected, sizeof expected, "%s\n%s\n%s\n", first, second, second);
    for (size_t piece = 1; piece < 700; piece++) {
        assert_int_equal(read_all(text, piece, keys, sizeof keys), 3);
        assert_string_equal(keys, expected);
    }
}

static void the_rest_of_a_line_does_not_join_the_next_session(void **state)
{
    static const char text[] = "CLIENT_RANDOM " RANDOM " " SECRET_48 "\n";
    struct key_log log;
    size_t at = 0;

    (void)state;
    key_log_begin(&log);
    assert_false(key_log_next(&log, text, 30, &at));
    key_log_begin(&log);
    at = 30;
    assert_false(key_log_next(&log, text, sizeof text - 1, &at));
}

static size_t make_line(char line[KEY_LINE_MAX], unsigned int number)
{
    return (size_t)snprintf(line, KEY_LINE_MAX, "CLIENT_RANDOM %064x %096x\n", number, number);
}

static void a_line_is_stored_once(void **state)
{
    struct key_store store = {.count = 0};
    char line[KEY_LINE_MAX];

    (void)state;
    for (int again = 0; again < 2; again++)
        for (unsigned int i = 0; i < 5000; i++) {
            size_t length = make_line(line, i);

            assert_int_equal(key_store_add(&store, line, length, 0), again == 0 ? 1 : 0);
        }
    assert_int_equal(store.count, 5000);
    assert_int_equal(store.lines.length, 5000 * make_line(line, 0));
    key_store_free(&store);
}

static void the_oldest_lines_are_forgotten_once_they_are_written(void **state)
{
    struct key_store store = {.count = 0};
    char line[KEY_LINE_MAX];
    size_t length = make_line(line, 0);
    unsigned int fit = KEY_STORE_MAX / (unsigned int)length, i;

    (void)state;
    for (i = 0; i < fit; i++) {
        make_line(line, i);
        assert_int_equal(key_store_add(&store, line, length, 0), 1);
    }
    make_line(line, i);
    assert_int_equal(key_store_add(&store, line, length, 10 * length), 1);
    assert_int_equal(store.lines.before, 10 * length);
    assert_memory_equal(store.lines.lines + store.lines.length - length, line, length);
    make_line(line, 9);
    assert_int_equal(key_store_add(&store, line, length, 0), 1); /* it is new again */
    make_line(line, 10);
    assert_int_equal(key_store_add(&store, line, length, 0), 0);
    for (i = fit + 1; i < 3 * fit; i++) {
        make_line(line, i);
        assert_int_equal(key_store_add(&store, line, length, UINT64_MAX), 1);
        assert_true(store.lines.length <= KEY_STORE_MAX);
    }
    key_store_free(&store);
}

static void where_none_is_written_the_oldest_are_forgotten(void **state)
{
    struct key_store store = {.most = 100000};
    char line[KEY_LINE_MAX];
    size_t length = make_line(line, 0);
    unsigned int fit = 100000 / (unsigned int)length;

    (void)state;
    for (unsigned int i = 0; i <= fit; i++) {
        make_line(line, i);
        assert_int_equal(key_store_add(&store, line, length, 0), 1);
    }
    assert_in_range(fit + 1 - store.count, fit / 2, fit / 2 + 1);
    assert_int_equal(store.lines.before, (fit + 1 - store.count) * length);
    assert_memory_equal(store.lines.lines + store.lines.length - length, line, length);
    key_store_free(&store);
}

/* A packet in the file: headers, and a ClientHello `at` bytes behind its beginning. */
static void a_connection_that_has_begun_is_known_once(void **state)
{
    static const struct {
        size_t at;
        bool is_seen;
    } cases[] = {
        {28 + 14 + 20 + 20, true}, {28 + 14 + 20 + 32, true},
        {28 + 20 + 40 + 32, true}, {28, false},
        {28 + 20 + 60 + 60, true}, {28 + 20 + 60 + 61, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct hellos hellos;
        size_t length = cases[i].at + 11 + KEY_RANDOM_SIZE;
        uint8_t *packet = calloc(1, length), random[KEY_RANDOM_SIZE];
        static const uint8_t begin[11] = {0x16, 3, 1, 1, 0, 1, 0, 0, 0xfc, 3, 3};

        for (size_t digit = 0; digit < sizeof random; digit++)
            random[digit] = (uint8_t)(digit + i);
        memcpy(packet + cases[i].at, begin, sizeof begin);
        memcpy(packet + cases[i].at + 11, random, sizeof random);
        hellos_init(&hellos);
        hellos_packet(&hellos, packet, length - 1); /* cut */
        assert_false(hellos_take(&hellos, random));
        hellos_packet(&hellos, packet, length);
        assert_int_equal(hellos_take(&hellos, random), cases[i].is_seen);
        assert_false(hellos_take(&hellos, random));
        hellos_free(&hellos);
        free(packet);
    }
}

static void the_random_of_a_key_is_read(void **state)
{
    static const char line[] = "CLIENT_RANDOM " RANDOM " " SECRET_48 "\n";
    static const char rsa[] = "RSA 0123456789abcdef " SECRET_48 "\n";
    uint8_t random[KEY_RANDOM_SIZE];

    (void)state;
    assert_true(key_log_random(line, sizeof line - 1, random));
    assert_int_equal(random[0], 0x00);
    assert_int_equal(random[10], 0xaa);
    assert_int_equal(random[31], 0xff);
    assert_false(key_log_random(rsa, sizeof rsa - 1, random));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_a_key_or_none),
        cmocka_unit_test(keys_are_found_among_other_lines_however_the_bytes_come),
        cmocka_unit_test(the_rest_of_a_line_does_not_join_the_next_session),
        cmocka_unit_test(a_line_is_stored_once),
        cmocka_unit_test(the_oldest_lines_are_forgotten_once_they_are_written),
        cmocka_unit_test(where_none_is_written_the_oldest_are_forgotten),
        cmocka_unit_test(a_connection_that_has_begun_is_known_once),
        cmocka_unit_test(the_random_of_a_key_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
