#include "filter_error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filter_hint.h"
#include "memory.h"
#include "message.h"

static const char blanks[] = " \t\r\n";

enum { WORDS_TRIED = 16, EXPRESSION_SHOWN = 200 };

bool filter_is_blank(const char *expression)
{
    return expression[strspn(expression, blanks)] == '\0';
}

/*
 * libpcap does not say where a syntax error is. The longest beginning of the expression that is
 * itself an expression shows the user where to look. Returns its length, 0 if there is none.
 */
static size_t good_beginning(pcap_t *capture, const char *expression, bpf_u_int32 netmask)
{
    char *text = strdup(expression);
    size_t length = text == NULL ? 0 : strlen(text);
    struct bpf_program program;
    bool good = false;

    for (int i = 0; length > 0 && !good && i < WORDS_TRIED; i++) {
        while (length > 0 && strchr(blanks, text[length - 1]) == NULL)
            length--;
        while (length > 0 && strchr(blanks, text[length - 1]) != NULL)
            length--;
        text[length] = '\0';
        good = length > 0 && pcap_compile(capture, &program, text, 0, netmask) == 0;
    }
    if (good)
        pcap_freecode(&program);
    free(text);
    return good ? length : 0;
}

/* libpcap's words for "no memory", as far as that can be by a filter's length. */
static bool is_too_much(const char *error)
{
    static const char *const words[] = {"out of memory", "malloc", "not enough core"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(error, words[i]) == 0)
            return true;
    return false;
}

void filter_explain(pcap_t *capture, const char *expression, bpf_u_int32 netmask)
{
    char error[PCAP_ERRBUF_SIZE];
    char shown[EXPRESSION_SHOWN + sizeof "..."];
    char hint[FILTER_HINT];
    size_t good = 0;

    /* Trying beginnings calls libpcap again, which writes its next error over this one. */
    snprintf(error, sizeof error, "%s", pcap_geterr(capture));
    filter_shown(expression, shown, sizeof shown);
    if (is_too_much(error)) {
        message("filter '%s': it has too many parts: compiling it needs more than the %d MiB of "
                "memory that it may use; take `net` and `portrange`, or several captures",
                shown, MEMORY_MAX >> 20);
        return;
    }
    filter_hint(expression, hint);
    if (strstr(error, "syntax error") != NULL)
        good = good_beginning(capture, expression, netmask);
    if (good == 0)
        message("filter '%s': %s%s", shown, error, hint);
    else
        message("filter '%s': %s, after '%.*s'%s", shown, error, (int)good, expression, hint);
}
