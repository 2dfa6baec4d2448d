/*
 * lifecycle-archive: what assembly does to a lifecycle archive, between two gzips.
 *
 *     lifecycle-archive filter [TOOL POLICY] <STOCK.tar >OUT.tar
 *     lifecycle-archive check STOCK.tar OUT.tar [TOOL POLICY]
 *     lifecycle-archive holds-tool <STOCK.tar
 *
 * filter copies the archive without the tool and the policy that it holds, and adds TOOL and POLICY
 * if they are given. check compares OUT.tar with what filter makes of STOCK.tar. The files may be
 * pipes. holds-tool prints yes or no. Exit status 0; or, after one line on stderr, 3 for a file
 * that is not a tar archive or holds something unknown, 1 for any other failure.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "archive.h"

enum { UNKNOWN_ARCHIVE = 3 };

static struct tar_reader stock, product; /* megabytes: too large for the stack */
static struct failure failure;

static int with_additions(char **files, int (*run)(struct addition *, char **), char **arguments)
{
    struct addition additions[ADDITIONS];
    int status;

    if (files[0] == NULL)
        return run(NULL, arguments);
    status = additions_open(additions, files[0], files[1], &failure);
    if (status == 0)
        status = run(additions, arguments);
    additions_close(additions);
    return status;
}

static int filter(struct addition *additions, char **arguments)
{
    struct archive_counts counts;
    int status;

    (void)arguments;
    tar_begin(&stock, stdin, "the stock archive", &failure);
    status = archive_filter(&stock, additions, stdout, &counts);
    if (status == 0)
        fprintf(stderr, "lifecycle-archive: %zu members kept, %zu left out, %zu added\n",
                counts.kept, counts.left_out, counts.added);
    return status;
}

static int check(struct addition *additions, char **arguments)
{
    FILE *a = fopen(arguments[0], "re"), *b = fopen(arguments[1], "re");
    int status;

    if (a == NULL || b == NULL) {
        status = failed(&failure, errno, "%s or %s cannot be opened: %s", arguments[0],
                        arguments[1], strerror(errno));
    } else {
        tar_begin(&stock, a, "the stock archive", &failure);
        tar_begin(&product, b, "the assembled archive", &failure);
        status = archive_check(&stock, &product, additions);
    }
    if (a != NULL)
        fclose(a);
    if (b != NULL)
        fclose(b);
    return status;
}

static int holds_tool(struct addition *additions, char **arguments)
{
    struct archive_counts counts;
    int status;

    (void)additions, (void)arguments;
    tar_begin(&stock, stdin, "the stock archive", &failure);
    status = archive_filter(&stock, NULL, NULL, &counts);
    if (status == 0)
        puts(counts.left_out > 0 ? "yes" : "no");
    return status;
}

static const struct {
    const char *name;
    int archives;   /* named by arguments */
    bool additions; /* TOOL and POLICY may follow */
    int (*run)(struct addition *additions, char **arguments);
} commands[] = {
    {"filter", 0, true, filter},
    {"check", 2, true, check},
    {"holds-tool", 0, false, holds_tool},
};

int main(int count, char **arguments)
{
    int status;

    for (size_t i = 0; count > 1 && i < sizeof commands / sizeof commands[0]; i++) {
        int files = count - 2 - commands[i].archives;
        if (strcmp(arguments[1], commands[i].name) != 0)
            continue;
        if (files != 0 && !(files == 2 && commands[i].additions))
            break;
        status =
            with_additions(arguments + 2 + commands[i].archives, commands[i].run, arguments + 2);
        if (status == 0)
            return 0;
        fprintf(stderr, "lifecycle-archive: %s\n", failure.text);
        return status == -EBADMSG ? UNKNOWN_ARCHIVE : 1;
    }
    fprintf(stderr, "lifecycle-archive: usage: lifecycle-archive filter [TOOL POLICY] | "
                    "check STOCK OUT [TOOL POLICY] | holds-tool\n");
    return 1;
}
