/* What the CLI prints in answer to short commands. */
#include <errno.h>
#include <string.h>

#include "../../fuzz.h"
#include "cf_answer.h"

static void check_shown(const char *text, size_t size)
{
    CLAIM(strnlen(text, size) < size);
    for (; *text != '\0'; text++)
        CLAIM(*text >= 0x20 && *text < 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char guid[CF_GUID_SIZE];
    char shown[80];
    char *text = malloc(size + 1);

    memcpy(text, data, size);
    text[size] = '\0';
    if (cf_answer_guid(guid, text) == 0) {
        CLAIM(strnlen(guid, sizeof guid) < sizeof guid && guid[0] != '\0');
        CLAIM(strpbrk(guid, "/.%?\n ") == NULL && strncmp(guid, text, strlen(guid)) == 0);
    }
    int enabled = cf_answer_ssh_enabled(shown, sizeof shown, text, size);
    CLAIM(enabled == 0 || enabled == 1 || enabled == -EBADMSG);
    check_shown(shown, sizeof shown);
    struct cf_process process = {.guid = ""};
    shown[0] = '\0';
    switch (cf_answer_process(&process, "web", text, size, shown, sizeof shown)) {
    case 0:
        CLAIM(process.guid[0] != '\0' && strpbrk(process.guid, "/.%?\n ") == NULL);
        break;
    case -ENOENT:
        check_shown(shown, sizeof shown);
        break;
    default:
        CLAIM(shown[0] == '\0');
    }
    cf_answer_failure(shown, sizeof shown, text);
    check_shown(shown, sizeof shown);
    CLAIM(shown[0] != ' ');
    free(text);
    return 0;
}
