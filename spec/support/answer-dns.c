/*
 * A name server on UDP port 53 of 127.0.0.1 that knows one address, ADDRESS (IPv4), for every name,
 * and no IPv6. Messages as in RFC 1035, section 4.
 *
 *     answer-dns ADDRESS
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

enum { HEADER = 12, TYPE_A = 1 };

int main(int argc, char **argv)
{
    /* A pointer to the question's name, type A, class IN, 60 seconds, 4 bytes. */
    unsigned char answer[16] = {0xc0, HEADER, 0, TYPE_A, 0, 1, 0, 0, 0, 60, 0, 4};
    struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons(53)};
    unsigned char message[512 + sizeof answer];

    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (argc != 2 || inet_pton(AF_INET, argv[1], answer + 12) != 1 ||
        bind(fd, (struct sockaddr *)&server, sizeof server) != 0) {
        perror("answer-dns");
        return 1;
    }
    for (;;) {
        struct sockaddr_in client;
        socklen_t client_length = sizeof client;
        ssize_t got = recvfrom(fd, message, 512, 0, (struct sockaddr *)&client, &client_length);
        ssize_t end = HEADER;

        while (end < got && message[end] != 0)
            end += message[end] + 1;
        end += 5; /* the name's end, type, class */
        if (got < HEADER || end > got)
            continue;
        int known = message[end - 4] == 0 && message[end - 3] == TYPE_A;
        message[2] = 0x84; /* an answer, of the one who knows */
        message[3] = 0;
        memset(message + 6, 0, 6); /* no answer, no authority, nothing additional */
        message[7] = (unsigned char)known;
        if (known) {
            memcpy(message + end, answer, sizeof answer);
            end += (ssize_t)sizeof answer;
        }
        sendto(fd, message, (size_t)end, 0, (struct sockaddr *)&client, client_length);
    }
}
