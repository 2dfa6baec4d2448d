#include "failure.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

int failed(struct failure *failure, int error, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(failure->text, sizeof failure->text, format, arguments);
    va_end(arguments);
    for (char *c = failure->text; *c != '\0'; c++)
        if (*c < ' ' || *c > '~')
            *c = '?';
    return error != 0 ? -error : -EIO; /* 0 is success: a stream may break without an errno */
}
