/* What cf ssh and the tool left on stderr. */
#include <string.h>

#include "../../fuzz.h"
#include "core/ending.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct stream stream;
    char text[200] = "";
    uint64_t count = 0;

    if (size < 2)
        return 0;
    stream_init(&stream, STREAM_RING_MIN);
    stream.state = (enum stream_state)(data[0] % (STREAM_EMPTY + 1));
    struct ending ending = {
        .app = "myapp",
        .stream = &stream,
        .status = (int8_t)data[1],
        .messages = (const char *)data + 2,
        .messages_length = size - 2,
    };
    ending_explain(&ending, text, sizeof text);
    CLAIM(strlen(text) < sizeof text);
    for (const char *at = text; *at != '\0'; at++)
        CLAIM(*at >= 0x20 && *at < 0x7f);
    ending_count(ending.messages, ending.messages_length, "packets dropped by kernel", &count);
    stream_free(&stream);
    return 0;
}
