/* An instance stream, in pieces: the first byte chooses their sizes. */
#include "stream_run.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 0)
        stream_check(data + 1, size - 1, (size_t)data[0] + 1);
    return 0;
}
