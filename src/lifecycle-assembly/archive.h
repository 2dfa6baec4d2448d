/*
 * Assembly itself, on tar streams: the stock archive in, ours out, and the check of what came out.
 */
#ifndef ARCHIVE_H
#define ARCHIVE_H

#include <stddef.h>
#include <stdio.h>

#include "addition.h"
#include "tar.h"

/* What archive_filter did, in numbers of members. */
struct archive_counts {
    size_t kept, left_out, added;
};

/*
 * Copies an archive: members as they are but for their extended attributes, the tool and the policy
 * it holds left out, the additions (NULL: none) appended. `out` may be NULL, to count only. 0, or a
 * negative errno; -EBADMSG also if nothing is kept: that is no lifecycle.
 */
int archive_filter(struct tar_reader *stock, struct addition *additions, FILE *out,
                   struct archive_counts *counts);

/*
 * Compares two archives, member by member: 0 if `product` holds what archive_filter makes of
 * `stock`, in headers, contents and order, and nothing else; -EINVAL if it does not, or what the
 * readers say. Both have the same struct failure.
 */
int archive_check(struct tar_reader *stock, struct tar_reader *product, struct addition *additions);

#endif
