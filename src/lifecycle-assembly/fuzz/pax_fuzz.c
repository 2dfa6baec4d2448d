/* Extended headers, and those without attributes that are made of them. */
#include "../../fuzz.h"
#include "pax.h"

/* The number of records, -1 if it is no extended header. */
static int records(const char *data, size_t size, int *attributes)
{
    struct pax_record record;
    size_t offset = 0;
    int count = 0;
    int result;

    *attributes = 0;
    while ((result = pax_next(data, size, &offset, &record)) == 1) {
        CLAIM(record.record >= data && record.record + record.length <= data + size);
        CLAIM(record.key >= record.record && record.key + record.key_length < record.value);
        CLAIM(record.value + record.value_length < record.record + record.length);
        *attributes += pax_is_attribute(&record);
        count++;
    }
    return result == 0 ? count : -1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int attributes = 0;
    int left = 0;
    int count = records((const char *)data, size, &attributes);

    if (count < 0)
        return 0;
    char *copy = malloc(size + 1);
    size_t copy_size = pax_without_attributes((const char *)data, size, copy);
    CLAIM(copy_size <= size);
    CLAIM(records(copy, copy_size, &left) == count - attributes && left == 0);
    free(copy);
    return 0;
}
