/* The control pipe that Wireshark writes, in pieces; and what is written back, read again. */
#include <string.h>

#include "../../fuzz.h"
#include "extcap_control.h"

enum { PACKETS_MAX = 4096 };

/* How many packets there are; their numbers and commands, as many as there is room for. */
static size_t read_all(const uint8_t *data, size_t size, size_t piece,
                       struct extcap_control packets[PACKETS_MAX])
{
    struct extcap_control_reader reader = {.used = 0};
    struct extcap_control packet;
    size_t count = 0;

    for (size_t begin = 0; begin < size; begin += piece) {
        size_t length = size - begin < piece ? size - begin : piece, at = 0;

        while (extcap_control_next(&reader, data + begin, length, &at, &packet)) {
            CLAIM(at <= length);
            if (count < PACKETS_MAX)
                packets[count] = packet;
            count++;
        }
        CLAIM(at == length && reader.used < EXTCAP_CONTROL_HEADER &&
              reader.payload <= EXTCAP_CONTROL_LENGTH_MAX - EXTCAP_CONTROL_LENGTH_MIN);
    }
    CLAIM(count <= size / EXTCAP_CONTROL_HEADER);
    return count;
}

/* What is made is one packet, whole, and its text ends between characters. */
static void check_made(const char *text)
{
    struct extcap_control packets[PACKETS_MAX];
    uint8_t made[EXTCAP_CONTROL_SIZE];
    size_t length = extcap_control_make(made, 7, EXTCAP_COMMAND_SET, text);
    size_t size = length - EXTCAP_CONTROL_HEADER;

    CLAIM(length <= sizeof made && size <= strlen(text));
    CLAIM(memcmp(made + EXTCAP_CONTROL_HEADER, text, size) == 0);
    CLAIM(((uint8_t)text[size] & 0xc0) != 0x80 || text[size] == '\0' || size == 0);
    CLAIM(read_all(made, length, length, packets) == 1);
    CLAIM(packets[0].control == 7 && packets[0].command == EXTCAP_COMMAND_SET);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct extcap_control whole[PACKETS_MAX], pieces[PACKETS_MAX];
    size_t piece = size > 0 ? data[0] % 16 + 1 : 1;
    char *text = fuzz_text(data, size);
    size_t count = read_all(data, size, size + 1, whole);

    CLAIM(count == read_all(data, size, piece, pieces));
    CLAIM(memcmp(whole, pieces, (count < PACKETS_MAX ? count : PACKETS_MAX) * sizeof *whole) == 0);
    check_made(text);
    free(text);
    return 0;
}
