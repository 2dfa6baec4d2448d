/*
 * What went wrong, in a sentence for the operator; main prints it.
 */
#ifndef FAILURE_H
#define FAILURE_H

enum { FAILURE_MAX = 512 };

struct failure {
    char text[FAILURE_MAX];
};

/*
 * Formats what went wrong, like printf; cuts it at FAILURE_MAX, and writes ? for every byte that is
 * not printable ASCII (names come from archives). Returns -error, and -EIO for an error of 0: a
 * failure never looks like success.
 */
int failed(struct failure *failure, int error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
