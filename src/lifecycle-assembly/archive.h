/*
 * Assembly itself, on tar streams: makes our archive of the stock one, and checks the result.
 */
#ifndef ARCHIVE_H
#define ARCHIVE_H

#include <stddef.h>
#include <stdio.h>

#include "addition.h"
#include "tar.h"

/* What archive_filter did: numbers of members. */
struct archive_counts {
    size_t kept, left_out, added;
};

/*
 * Copies an archive. Keeps members as they are, without their extended attributes; leaves out the
 * tool and the policy that it holds; appends the additions (NULL: none). If `out` is NULL it only
 * counts. 0, or a negative errno; also -EBADMSG if nothing is kept: that is not a lifecycle.
 */
int archive_filter(struct tar_reader *stock, struct addition *additions, FILE *out,
                   struct archive_counts *counts);

/*
 * Compares two archives member by member. 0 if `product` holds what archive_filter makes of
 * `stock`, in headers, contents and order, and nothing else; -EINVAL if not; or an error of the
 * readers. Both have the same struct failure.
 */
int archive_check(struct tar_reader *stock, struct tar_reader *product, struct addition *additions);

#endif
