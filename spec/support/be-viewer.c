/*
 * In place of Wireshark, for --wireshark: copies its standard input into the file C:\shown.pcapng,
 * and the words of its command line, a line each, into C:\shown.words.
 */
#include <fcntl.h>
#include <io.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    FILE *words = fopen("C:\\shown.words", "w"), *shown = fopen("C:\\shown.pcapng", "wb");
    char bytes[4096];
    size_t got;

    _setmode(_fileno(stdin), _O_BINARY);
    for (int i = 0; i < argc; i++)
        fprintf(words, "%s\n", argv[i]);
    fclose(words);
    while ((got = fread(bytes, 1, sizeof bytes, stdin)) > 0)
        fwrite(bytes, 1, got, shown);
    fclose(shown);
    return 0;
}
