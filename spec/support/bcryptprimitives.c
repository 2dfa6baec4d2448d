/* The DLL that Wine 8 lacks, and each Go program for Windows wants: cf.exe would not start. */
#include <stddef.h>

unsigned long _tls_index; /* wanted where there is no C library */

__declspec(dllimport) unsigned char SystemFunction036(void *bytes, unsigned long size);

__declspec(dllexport) int ProcessPrng(unsigned char *bytes, size_t size)
{
    return SystemFunction036(bytes, (unsigned long)size);
}

int _DllMainCRTStartup(void *module, unsigned long reason, void *reserved)
{
    (void)module, (void)reason, (void)reserved;
    return 1;
}
