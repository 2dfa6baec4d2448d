/* The extcap: its command line, words that end in '\0'; what tshark prints of its folders; apps. */
#include <stdio.h>
#include <string.h>

#include "../../fuzz_words.h"
#include "extcap.h"
#include "extcap_apps.h"
#include "extcap_folder.h"

static void check(int argc, char **argv)
{
    struct extcap extcap;

    extcap_parse(&extcap, argc, argv);
    CLAIM(memchr(extcap.error, '\0', sizeof extcap.error) != NULL);
    CLAIM((extcap.error[0] != '\0') == (extcap.call == EXTCAP_WRONG));
    if (extcap.call != EXTCAP_CAPTURE)
        return;
    CLAIM(extcap.count >= 7 && extcap.count <= EXTCAP_WORDS_MAX && extcap.fifo != NULL);
    CLAIM(extcap.words[extcap.count] == NULL);
    for (int i = 0; i < extcap.count; i++)
        CLAIM(strlen(extcap.words[i]) <= FUZZ_WORDS_BYTES);
}

/* No line but those that are meant, whatever the names are. */
static void check_apps(const char *json, size_t length)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    int lines = 0, listed = to == NULL ? 0 : extcap_list_apps(to, json, length);

    if (to == NULL)
        abort();
    fclose(to);
    for (const char *at = text; *at != '\0'; at = strchr(at, '\n') + 1, lines++)
        CLAIM(strncmp(at, "value {arg=1}{value=", 20) == 0 && strchr(at, '\n') != NULL);
    CLAIM(lines == (listed < 0 ? 0 : listed));
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char program[] = "cf-pcap-plugin";
    struct extcap_folders folders = {.count = 0};
    char *text = fuzz_text(data, size);

    fuzz_words(data, size, program, check);
    extcap_folders_read(&folders, text);
    CLAIM(folders.count <= 1);
    check_apps(text, strlen(text));
    free(text);
    return 0;
}
