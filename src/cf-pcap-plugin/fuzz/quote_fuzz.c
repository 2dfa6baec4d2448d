/* Words for a shell, and what is shown on a terminal. */
#include <string.h>

#include "../../fuzz.h"
#include "quote.h"

enum { ROOM = 300, SHOWN = 64 };

/* What a POSIX shell makes of a word of '…', \c and harmless characters: the word, or NULL if it is
 * more than one word or means something else. */
static char *unquoted(const char *at, char *to)
{
    char *end = to;

    while (*at != '\0') {
        if (*at == '\'') {
            for (at++; *at != '\'' && *at != '\0'; at++)
                *end++ = *at;
            if (*at++ != '\'')
                return NULL;
        } else if (*at == '\\' && at[1] != '\0' && at[1] != '\n') {
            *end++ = at[1];
            at += 2;
        } else if (strchr(" \t\n|&;<>()$`\\\"*?[#~=%{}!", *at) != NULL) {
            return NULL;
        } else {
            *end++ = *at++;
        }
    }
    *end = '\0';
    return to;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char quoted[ROOM] = "";
    char word[ROOM] = "";
    char back[ROOM] = "";
    char shown[SHOWN] = "";

    CLAIM(quote_for_display(shown, sizeof shown, data, size) == shown);
    CLAIM(strlen(shown) < sizeof shown);
    for (const char *at = shown; *at != '\0'; at++)
        CLAIM(*at >= 0x20 && *at < 0x7f);

    memcpy(word, data, size < ROOM - 1 ? size : ROOM - 1);
    if (quote_word(quoted, sizeof quoted, word) == 0)
        CLAIM(unquoted(quoted, back) != NULL && strcmp(back, word) == 0);
    else
        CLAIM(quoted[0] == '\0');
    return 0;
}
