#include "test.h"

#include <stdio.h>
#include <string.h>

#include "../extcap_control.h"

/* "NUMBER/COMMAND " for each packet of what came in pieces of this size. */
static const char *read_pieces(const char *bytes, size_t size, size_t piece)
{
    static char text[128];
    struct extcap_control_reader reader = {.used = 0};
    struct extcap_control packet;

    text[0] = '\0';
    for (size_t begin = 0; begin < size; begin += piece) {
        size_t length = size - begin < piece ? size - begin : piece, at = 0;

        while (extcap_control_next(&reader, (const uint8_t *)bytes + begin, length, &at, &packet))
            snprintf(text + strlen(text), sizeof text - strlen(text), "%d/%d ", packet.control,
                     packet.command);
        assert_int_equal(at, length);
    }
    return text;
}

#define BYTES(text) text, sizeof(text) - 1

static void packets_are_read_in_pieces_of_any_size(void **state)
{
    static const struct {
        const char *bytes;
        size_t size;
        const char *packets;
    } cases[] = {
        {BYTES(""), ""},
        {BYTES("T\0\0\2\0\0"), "0/0 "},
        {BYTES("T\0\0\2\1"), ""},
        {BYTES("T\0\0\2\0\0T\0\0\2\1\1"), "0/0 1/1 "},
        {BYTES("T\0\0\6\0\1T\0\0\2T\0\0\2\1\1"), "0/1 1/1 "}, /* a payload like a header */
        {BYTES("X\0\0\3\1\1?T\0\0\2\2\1"), "2/1 "},           /* another indication */
        {BYTES("T\0\0\2\377\377"), "255/255 "},
        /* Impossible lengths: nothing after them is believed. */
        {BYTES("T\0\0\1\1\1T\0\0\2\1\1"), ""},
        {BYTES("T\0\0\0\1\1T\0\0\2\1\1"), ""},
        {BYTES("T\1\0\2\1\1T\0\0\2\1\1"), ""},
        {BYTES("T\1\0\1\1\1T\0\0\2\1\1"), "1/1 "}, /* the longest: it has not all come */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t piece = 1; piece <= 20; piece++)
            assert_string_equal(read_pieces(cases[i].bytes, cases[i].size, piece),
                                cases[i].packets);
}

static void a_packet_is_made(void **state)
{
    uint8_t packet[EXTCAP_CONTROL_SIZE];

    (void)state;
    assert_int_equal(extcap_control_make(packet, 0, EXTCAP_COMMAND_SET, "12 packets"), 16);
    assert_memory_equal(packet,
                        "T\0\0\x0c\0\1"
                        "12 packets",
                        16);
    assert_int_equal(extcap_control_make(packet, 1, EXTCAP_COMMAND_DISABLE, ""), 6);
    assert_memory_equal(packet, "T\0\0\2\1\5", 6);
}

static void a_long_text_is_cut_between_characters(void **state)
{
    uint8_t packet[EXTCAP_CONTROL_SIZE];
    char text[1001] = "x"; /* then 333 times the euro sign, 3 bytes */

    (void)state;
    for (size_t i = 1; i + 3 < sizeof text; i += 3)
        memcpy(text + i, "\xe2\x82\xac", 3);
    assert_int_equal(extcap_control_make(packet, 0, EXTCAP_COMMAND_SET, text), 6 + 1 + 168 * 3);
    assert_int_equal(packet[2], 1);
    assert_int_equal(packet[3], 2 + 1 + 168 * 3 - 256);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packets_are_read_in_pieces_of_any_size),
        cmocka_unit_test(a_packet_is_made),
        cmocka_unit_test(a_long_text_is_cut_between_characters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
