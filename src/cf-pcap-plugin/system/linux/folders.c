#include "../system.h"

const char *const system_usual_folders[] = {
    "/usr/local/bin",
    "/usr/bin",
    "~/.local/bin",
    "/snap/bin",
    "/var/lib/flatpak/exports/bin",
    "~/.local/share/flatpak/exports/bin",
    "/home/linuxbrew/.linuxbrew/bin",
    NULL,
};
