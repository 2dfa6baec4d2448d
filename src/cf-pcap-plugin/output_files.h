/*
 * The files of a capture that is divided into several: their names, and which of them may be
 * removed.
 *
 * Names are those of dumpcap's ring buffer: of capture.pcapng the first file is
 * capture_00001_20261126031500.pcapng, with its number and the local time at which it was opened.
 * So they sort in the order of time, and a name says from when on its packets are.
 */
#ifndef OUTPUT_FILES_H
#define OUTPUT_FILES_H

#include <stdint.h>

#include "system/system.h"

struct made_file {
    char *name;                      /* NULL: there is no memory for it */
    bool is_ours;                    /* nothing has changed it until it was closed */
    struct system_identity identity; /* once it was complete and closed; of one that is ours */
};

struct output_files {
    char base[PATH_MAX]; /* capture */
    char extension[32];  /* ".pcapng", or "" */
    char name[PATH_MAX]; /* of the file that was opened last */
    uint64_t count;      /* files opened */

    /* Those that may have to be removed, by their numbers modulo `room`; 0: none ever. */
    struct made_file *made;
    uint64_t room;
};

/* `path`: as the user named the capture, or APP-DATE-TIME.pcap. At most `keep` are left; 0: all. 0,
 * -ENOMEM or -ENAMETOOLONG. */
int output_files_init(struct output_files *files, const char *path, uint64_t keep);
void output_files_free(struct output_files *files);

/* Opens the next one, which is new: what is there is never written over. Its descriptor or a
 * negative errno. */
int output_files_open(struct output_files *files);

/*
 * To be called when the file that was opened last is complete and closed: it may be removed from
 * now on. `closed`: which file it was before it was closed; NULL: others have changed it, and it is
 * not to be removed. Its size and time are taken here, after close(2), which sets the time on some
 * file systems of networks (SMB).
 */
void output_files_note(struct output_files *files, const struct system_identity *closed);

/* Removes the file with that number, from 1, if what has its name is still the file that was made
 * here, as it was when it was closed: users may have moved it away, or written to it. 0: there is
 * none of this name now; OUTPUT_FILES_LEFT: there is, and it is another, or was changed; or a
 * negative errno, then `*name` is the name. */
enum { OUTPUT_FILES_LEFT = 1 };
int output_files_remove(struct output_files *files, uint64_t number, const char **name);

#endif
