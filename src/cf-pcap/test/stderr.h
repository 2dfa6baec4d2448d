/*
 * Catches what the code under test writes to stderr. Included after cmocka.h.
 */
#ifndef TEST_STDERR_H
#define TEST_STDERR_H

#include <stdio.h>
#include <unistd.h>

struct caught {
    int saved;
    FILE *file;
    char text[16384];
};

static inline void catch_begin(struct caught *caught)
{
    fflush(stderr);
    caught->saved = dup(STDERR_FILENO);
    caught->file = tmpfile();
    assert_non_null(caught->file);
    assert_int_not_equal(dup2(fileno(caught->file), STDERR_FILENO), -1);
}

/* Restores stderr; what was written is in text. */
static inline void catch_end(struct caught *caught)
{
    fflush(stderr);
    dup2(caught->saved, STDERR_FILENO);
    close(caught->saved);
    rewind(caught->file);
    size_t length = fread(caught->text, 1, sizeof caught->text - 1, caught->file);
    caught->text[length] = '\0';
    fclose(caught->file);
}

#endif
