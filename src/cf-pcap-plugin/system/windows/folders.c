#include "../system.h"

const char *const system_usual_folders[] = {
    "C:/Program Files/Wireshark",
    "~/AppData/Local/Programs/Wireshark",
    "~/scoop/shims",
    NULL,
};
