#!/usr/bin/env python3
"""A SOCKS5 proxy (RFC 1928: no authentication, CONNECT) that knows one name: NAME is 127.0.0.1.

    socks.py NAME PORT-FILE      writes the port it listens at, of 127.0.0.1; each connection's target is a line on stdout
"""
import os
import socket
import struct
import sys
import threading


def read(conn, length):
    data = b""
    while len(data) < length:
        more = conn.recv(length - len(data))
        if not more:
            raise EOFError
        data += more
    return data


def carry(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def serve(conn, name):
    read(conn, read(conn, 2)[1])
    conn.sendall(b"\x05\x00")
    kind = read(conn, 4)[3]
    host = socket.inet_ntoa(read(conn, 4)) if kind == 1 else read(conn, read(conn, 1)[0]).decode()
    port = struct.unpack("!H", read(conn, 2))[0]
    print(host, flush=True)
    if host != name:
        conn.sendall(b"\x05\x04\x00\x01" + bytes(6))
        conn.close()
        return
    target = socket.create_connection(("127.0.0.1", port))
    conn.sendall(b"\x05\x00\x00\x01" + bytes(6))
    threading.Thread(target=carry, args=(target, conn), daemon=True).start()
    carry(conn, target)


def main():
    server = socket.create_server(("127.0.0.1", 0))
    with open(sys.argv[2] + ".new", "w") as file:
        print(server.getsockname()[1], file=file)
    os.rename(sys.argv[2] + ".new", sys.argv[2])
    while True:
        conn, _ = server.accept()
        threading.Thread(target=serve, args=(conn, sys.argv[1]), daemon=True).start()


main()
