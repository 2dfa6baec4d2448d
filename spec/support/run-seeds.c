/*
 * In place of libFuzzer, where there is none: calls a harness of src/.../fuzz with each file's
 * bytes.
 *
 *   harness FILE...     says how many; a claim that does not hold ends it with a line on stderr
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LIMIT = 1 << 20 /* bytes of a seed */ };

/* In memory of its own size, so that reading past its end may be seen. */
static int run(const char *name)
{
    FILE *file = fopen(name, "rb");
    uint8_t *all = malloc(LIMIT);
    size_t size = file == NULL || all == NULL ? LIMIT : fread(all, 1, LIMIT, file);
    uint8_t *bytes = size == LIMIT ? NULL : realloc(all, size > 0 ? size : 1);

    if (bytes == NULL) {
        fprintf(stderr, "%s: cannot be read\n", name);
        return 1;
    }
    fclose(file);
    LLVMFuzzerTestOneInput(bytes, size);
    free(bytes);
    return 0;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (run(argv[i]) != 0)
            return 1;
    printf("ok %d seeds\n", argc - 1);
    return argc > 1 ? 0 : 1;
}
