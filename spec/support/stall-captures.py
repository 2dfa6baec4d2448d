#!/usr/bin/env python3
"""Captures whose reader stalls for as long as packets are sent, all at the same time, each on a port of its own.

    stall-captures.py SEND CAPTURE CASE…

SEND is a shell command that sends numbered packets, with PORT COUNT SIZE PER_SECOND added; CAPTURE one that runs
cf-pcap, with the filter added. A CASE is PER_SECOND:SIZE:SECONDS, with 0 for full speed and for no limit of time;
several with + in between are sent to one capture at the same time. Of each as many packets are sent as fill 8 MiB
of the ring, the kernel's headers included, or SECONDS full. Prints a line a case; status 1 if a packet is missing, also when that case is run again, alone, twice.
"""
import re
import struct
import subprocess
import sys
import threading
import time

RING = 8 << 20
HEADERS = 14 + 20 + 8


def frame(size):
    """Bytes that a UDP packet takes in the ring: tpacket3_hdr and address, 86 with what aligns them, then 8's."""
    return (86 + HEADERS + size + 7) // 8 * 8


class Case:
    def __init__(self, text, port, send, capture):
        self.text, self.port, self.send = text, port, send
        self.command = f"{capture} 'udp port {port}'"
        self.traffic = []
        for part in text.split("+"):
            rate, size, seconds = (int(word) for word in part.split(":"))
            count = RING // len(text.split("+")) // frame(size)
            if seconds and rate and rate * seconds < count:
                count = rate * seconds
            self.traffic.append((count, size, rate))
        self.sent = sum(count for count, _, _ in self.traffic)

    def run(self, barrier=None):
        process = subprocess.Popen(self.command, shell=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        header = process.stdout.read(24)
        if barrier: # to start a container's process takes more of the processors than any of what follows
            barrier.wait()
        begin = time.monotonic()
        senders = [subprocess.Popen(f"exec {self.send} {self.port} {count} {size} {rate}", shell=True)
                   for count, size, rate in self.traffic]
        for sender in senders:
            sender.wait()
        self.stalled = time.monotonic() - begin
        process.stdin.close()
        # Half of them are read on when the end has been noticed, in the midst of the blocked write.
        time.sleep(0.3 * (self.port % 2))
        data = header + process.stdout.read()
        said = process.stderr.read().decode()
        process.wait()
        at, self.kept = 24, 0
        while at + 16 <= len(data):
            at += 16 + struct.unpack_from("<I", data, at + 8)[0]
            self.kept += 1
        counts = [int(n) for n in re.findall(r"^cf-pcap: (\d+) packets (?:captured|received|dropped by kernel$)", said, re.M)]
        self.ok = process.returncode == 0 and counts == [self.sent, self.sent, 0] and self.kept == self.sent
        self.said = "" if self.ok else ": " + said

    def __str__(self):
        waited = sum(count * frame(size) for count, size, _ in self.traffic) / 2**20
        return (f"{self.text}: {self.sent} packets, {waited:.2f} MiB of the ring, in {self.stalled:.1f} s, "
                f"{self.sent - self.kept} lost{self.said}")


def main():
    send, capture = sys.argv[1:3]
    cases = [Case(text, 7000 + number, send, capture) for number, text in enumerate(sys.argv[3:])]
    barrier = threading.Barrier(len(cases))
    threads = [threading.Thread(target=case.run, args=(barrier,)) for case in cases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for case in cases:
        for _ in range(2): # a capturer that gets no CPU time for a second does lose packets: again, alone
            if not case.ok:
                case.run()
    for case in cases:
        print(case)
    sys.exit(0 if all(case.ok for case in cases) else 1)


main()
