/*
 * An interface without Ethernet, as tunnels have it: makes the tun device NAME, tun(4), of the link
 * type ARPHRD (linux/if_arp.h), says "ready", and for each line on stdin lets an IPv4 packet arrive
 * there. The device goes with the program.
 *
 *     send-tun NAME ARPHRD
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    /* UDP from 10.1.0.1:40000 to 10.1.0.2:7001, 8 bytes. */
    unsigned char packet[] = {0x45, 0,  0, 36, 0,  1, 0, 0, 64,   17,   0,    0,
                              10,   1,  0, 1,  10, 1, 0, 2, 0x9c, 0x40, 0x1b, 0x59,
                              0,    16, 0, 0,  1,  2, 3, 4, 5,    6,    7,    8};
    struct ifreq request = {0};
    char line[16];

    if (argc != 3)
        return 2;
    int fd = open("/dev/net/tun", O_RDWR);
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", argv[1]);
    request.ifr_flags = IFF_TUN | IFF_NO_PI;
    if (fd < 0 || ioctl(fd, TUNSETIFF, &request) != 0 ||
        ioctl(fd, TUNSETLINK, atoi(argv[2])) != 0) {
        perror("send-tun");
        return 1;
    }
    int other = socket(AF_INET, SOCK_DGRAM, 0);
    request.ifr_flags = IFF_UP;
    if (ioctl(other, SIOCSIFFLAGS, &request) != 0) {
        perror("send-tun: up");
        return 1;
    }
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) != NULL)
        if (write(fd, packet, sizeof packet) != sizeof packet)
            perror("send-tun: write");
    return 0;
}
