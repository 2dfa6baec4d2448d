/*
 * The plugin in the user's extcap folder, so that Wireshark lists it: a link to its program, which
 * stays right when the plugin is updated.
 *
 * Where that folder is depends on Wireshark's version: ~/.local/lib/wireshark/extcap since 4.2,
 * ~/.config/wireshark/extcap before. `tshark -G folders` tells; where there is no tshark both are
 * taken.
 */
#ifndef EXTCAP_FOLDER_H
#define EXTCAP_FOLDER_H

#include <stddef.h>

#include "system/system.h"

enum { EXTCAP_FOLDERS_MAX = 3 };

struct extcap_folders {
    char paths[EXTCAP_FOLDERS_MAX][PATH_MAX];
    size_t count;
};

/*
 * What `tshark -G folders` prints: lines of a name, a colon and a path. Adds the user's extcap
 * folder: "Personal Extcap path", or else extcap in "Personal configuration".
 */
void extcap_folders_read(struct extcap_folders *folders, const char *text);

/* Adds a folder: `length` bytes of `path`, and `below`, which begins with a slash or is empty. What
 * has no room is left out. */
void extcap_folders_add(struct extcap_folders *folders, const char *path, size_t length,
                        const char *below);

/* `cf pcap --install-extcap`, `--remove-extcap`: do it, and say what they did. The exit status. */
int extcap_install(void);
int extcap_remove(void);

#endif
