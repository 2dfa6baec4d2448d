/*
 * A name server on UDP port 53 of 127.0.0.1 that knows one address, ADDRESS (IPv4), for every name,
 * and no IPv6. Messages as in RFC 1035, section 4.
 *
 *     answer-dns ADDRESS [tcp]
 *
 * With "tcp" it says on UDP that the answer is too long, and gives it on TCP. Prints a line for
 * each question that comes by UDP.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEADER = 12, TYPE_A = 1, QUESTION_MAX = 512, ANSWER = 16 };

/* Turns a question of `got` bytes into its answer; the answer's length, 0 for what is no question.
 */
static ssize_t answer(unsigned char *message, ssize_t got, const unsigned char record[ANSWER],
                      int truncated)
{
    ssize_t end = HEADER;

    while (end < got && message[end] != 0)
        end += message[end] + 1;
    end += 5; /* the name's end, type, class */
    if (got < HEADER || end > got)
        return 0;
    int known = message[end - 4] == 0 && message[end - 3] == TYPE_A && !truncated;
    message[2] = truncated ? 0x86 : 0x84; /* an answer, of the one who knows */
    message[3] = 0;
    memset(message + 6, 0, 6); /* no answer, no authority, nothing additional */
    message[7] = (unsigned char)known;
    if (known) {
        memcpy(message + end, record, ANSWER);
        end += ANSWER;
    }
    return end;
}

/* Each message follows its length, 2 bytes; one connection at a time. */
static void serve_tcp(int listener, const unsigned char record[ANSWER])
{
    unsigned char message[2 + QUESTION_MAX + ANSWER];

    for (;;) {
        int fd = accept(listener, NULL, NULL);
        while (recv(fd, message, 2, MSG_WAITALL) == 2) {
            ssize_t length = message[0] << 8 | message[1];
            if (length > QUESTION_MAX ||
                recv(fd, message + 2, (size_t)length, MSG_WAITALL) != length)
                break;
            ssize_t end = answer(message + 2, length, record, 0);
            message[0] = (unsigned char)(end >> 8);
            message[1] = (unsigned char)end;
            if (send(fd, message, (size_t)end + 2, MSG_NOSIGNAL) < 0)
                break;
        }
        close(fd);
    }
}

int main(int argc, char **argv)
{
    /* A pointer to the question's name, type A, class IN, 60 seconds, 4 bytes. */
    unsigned char record[ANSWER] = {0xc0, HEADER, 0, TYPE_A, 0, 1, 0, 0, 0, 60, 0, 4};
    struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons(53)};
    unsigned char message[QUESTION_MAX + ANSWER];
    int tcp = argc == 3 && strcmp(argv[2], "tcp") == 0;

    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (argc < 2 || inet_pton(AF_INET, argv[1], record + 12) != 1 ||
        bind(fd, (struct sockaddr *)&server, sizeof server) != 0 ||
        (tcp && (bind(listener, (struct sockaddr *)&server, sizeof server) != 0 ||
                 listen(listener, 8) != 0))) {
        perror("answer-dns");
        return 1;
    }
    if (tcp && fork() == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        serve_tcp(listener, record);
    }
    for (;;) {
        struct sockaddr_in client;
        socklen_t client_length = sizeof client;
        ssize_t got =
            recvfrom(fd, message, QUESTION_MAX, 0, (struct sockaddr *)&client, &client_length);
        ssize_t end = answer(message, got, record, tcp);
        if (end > 0 && write(STDOUT_FILENO, "question\n", 9) == 9)
            sendto(fd, message, (size_t)end, 0, (struct sockaddr *)&client, client_length);
    }
}
