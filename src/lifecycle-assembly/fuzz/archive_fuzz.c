/*
 * A stock archive. What is made of it passes the check; made again, nothing more is left out of it.
 */
#include "../../fuzz.h"
#include "archive.h"

static struct tar_reader stock, product; /* megabytes: too large for the stack */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct failure failure = {0};
    struct archive_counts counts = {0};
    struct archive_counts again = {0};
    char *out = NULL;
    size_t out_size = 0;

    if (size == 0)
        return 0;
    FILE *in = fmemopen((void *)(uintptr_t)data, size, "r");
    FILE *made = open_memstream(&out, &out_size);
    tar_begin(&stock, in, "stock", &failure);
    int result = archive_filter(&stock, NULL, made, &counts);
    fclose(made);
    if (result == 0) {
        FILE *check = fmemopen(out, out_size, "r");
        rewind(in);
        tar_begin(&stock, in, "stock", &failure);
        tar_begin(&product, check, "product", &failure);
        CLAIM(archive_check(&stock, &product, NULL) == 0);
        rewind(check);
        tar_begin(&product, check, "product", &failure);
        CLAIM(archive_filter(&product, NULL, NULL, &again) == 0);
        CLAIM(again.left_out == 0 && again.kept == counts.kept);
        fclose(check);
    }
    fclose(in);
    free(out);
    return 0;
}
