#include "../system.h"

const char *const system_usual_folders[] = {
    "/opt/homebrew/bin", /* Homebrew, on arm64 and on x86-64 */
    "/usr/local/bin",
    "/opt/local/bin", /* MacPorts */
    "/Applications/Wireshark.app/Contents/MacOS",
    "~/Applications/Wireshark.app/Contents/MacOS",
    "~/bin",
    NULL,
};
