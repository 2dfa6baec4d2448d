/*
 * Prints each path as the plugin hands it to Windows (system/windows/path.c), a line each: Wine has
 * no limit of 260 characters that would show it.
 */
#include <stdio.h>

#include "../../src/cf-pcap-plugin/system/windows/windows.h"

int main(int argc, char **argv)
{
    WCHAR wide[WINDOWS_PATH];
    char text[4 * WINDOWS_PATH];

    for (int i = 1; i < argc; i++)
        puts(windows_path(argv[i], wide) &&
                     WideCharToMultiByte(CP_UTF8, 0, wide, -1, text, sizeof text, NULL, NULL) > 0
                 ? text
                 : "too long");
    return 0;
}
