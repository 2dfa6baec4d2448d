#!/usr/bin/env python3
"""Stops captures in one state, for every reason and with every kind of reader, many at a time.

    drive-capture.py STATE SEND CAPTURE

STATE is compiling, idle, busy, blocked or draining. SEND is a shell command that sends numbered packets,
with COUNT SIZE PER_SECOND added; CAPTURE one that runs cf-pcap below a process that hands signals on; it
has {pid} where the name of a file for its pid belongs, {filter} for the filter, and {limited} where a
policy with max_duration 2 is wanted (1) or not (0). Prints a line for each case that went wrong, and how many
cases there were. A case that was late alone is run once more by itself. Each case ends; these must hold:

- it has ended DEADLINE after the reason to, and HURRIED after a second signal;
- its status is 0, or 1 where its reader was stuck and packets were left;
- received = captured + dropped, and captured is the number of whole packets that its reader got;
- no packet was captured NOTICED later than the stop, however long what waits is written on.
"""
import os
import re
import select
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time

DEADLINE = 30 + 10  # s: the tool's own, and what a loaded machine takes
HURRIED = 10
NOTICED = 3 # until the reason to stop is seen, on a loaded machine
REASONS = ("signal", "stdin", "duration", "stdout")
READERS = ("fast", "slow", "stuck")


class Late(Exception):
    """What a busy machine does, too, where a capture gets no CPU time for some seconds."""


class Reader(threading.Thread):
    """Reads a capture: all at once, 128 KiB every 0.1 s, 4 KiB every 4 s, or nothing."""

    def __init__(self, fd, kind):
        super().__init__(daemon=True)
        self.fd, self.kind, self.data, self.done = fd, kind, bytearray(), False
        self.start()

    def run(self):
        while not self.done:
            if not select.select([self.fd], [], [], 0.05)[0]:
                continue
            if self.kind == "stuck" and len(self.data) >= 24:
                time.sleep(0.05)
                continue
            got = os.read(self.fd, {"stuck": 24, "trickle": 4096}.get(self.kind, 131072))
            if not got:
                return
            self.data += got
            if self.kind == "slow":
                time.sleep(0.1)
            if self.kind == "trickle":
                self.wait(4)

    def wait(self, seconds):
        end = time.monotonic() + seconds
        while not self.done and time.monotonic() < end:
            time.sleep(0.05)

    def rest(self):
        """What is left once the capture has ended."""
        while self.kind != "gone":
            got = os.read(self.fd, 1 << 20)
            if not got:
                return
            self.data += got


def packets(data):
    """(time, number) of the whole packets."""
    at, found = 24, []
    while at + 16 <= len(data):
        seconds, micros, captured, _ = struct.unpack_from("<IIII", data, at)
        if at + 16 + captured > len(data):
            break
        found.append((seconds + micros / 1e6, struct.unpack_from("<Q", data, at + 16 + 42)[0]))
        at += 16 + captured
    return found


class Case:
    def __init__(self, state, reason, reader, send, capture, folder):
        self.name = f"{state}, {reader} reader, {reason}"
        self.state, self.reason, self.kind, self.send = state, reason, reader, send
        self.pid_file = os.path.join(folder, re.sub("[^a-z]+", "-", self.name))
        # Some hosts that no server answers for: the filter is being compiled.
        filter_text = "udp port 7001" if state != "compiling" else "host nobody.example.com"
        self.command = (capture.replace("{pid}", self.pid_file).replace("{filter}", filter_text)
                        .replace("{limited}", "1" if reason == "duration" else "0"))

    def wrong(self, text, kind=AssertionError):
        raise kind(f"{self.name}: {text}")

    def signal(self, number):
        try:
            os.kill(int(open(self.pid_file).read()), number)
        except ProcessLookupError:
            pass # it has just ended

    def traffic(self):
        rate = {"idle": None, "compiling": "200 1000 100", "busy": "100000000 1000 20000",
                "blocked": "20000 1000 0", "draining": "20000 1000 0"}[self.state]
        if rate is None:
            return None
        return subprocess.Popen(f"exec {self.send} {rate}", shell=True, start_new_session=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def until(self, condition, seconds, what):
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                self.wrong(what)
            time.sleep(0.01)

    def stop(self, process, out):
        if self.reason == "signal":
            self.signal(signal.SIGTERM)
        elif self.reason == "stdin":
            process.stdin.close()
        elif self.reason == "stdout":
            self.reader.kind, self.reader.done = "gone", True
            self.reader.join()
            os.close(out)

    def run(self):
        if os.path.exists(self.pid_file): # of the first time
            os.remove(self.pid_file)
        out, theirs = os.pipe()
        stderr = tempfile.TemporaryFile()
        process = subprocess.Popen(self.command, shell=True, stdin=subprocess.PIPE, stdout=theirs, stderr=stderr)
        os.close(theirs)
        self.reader = Reader(out, self.kind)
        said = lambda: os.pread(stderr.fileno(), 1 << 20, 0).decode()
        sender = None
        try:
            self.until(lambda: os.path.exists(self.pid_file) and open(self.pid_file).read().strip(), 180, "never started")
            if self.state == "compiling":
                time.sleep(0.7)
                sender = self.traffic()
            else:
                self.until(lambda: "capturing on" in said() or process.poll() is not None, 180, "never captured")
                sender = self.traffic()
                time.sleep(0.3 + hash(self.name) % 100 / 100)
            if self.state == "draining":
                self.signal(signal.SIGINT) # the reason comes while it ends already
                time.sleep(0.02)
            self.stop(process, out)
            stopped, clock = time.monotonic(), time.time()
            end, hurry = stopped + DEADLINE + 3, float("inf")
            if self.kind == "stuck" and self.reason != "stdout" and self.state != "compiling":
                hurry = time.monotonic() + (2.2 if self.reason == "duration" else 0.3)
                end = hurry + HURRIED + 3
            while process.poll() is None and time.monotonic() < end:
                # More than once: one that comes with the reason to stop, or soon after it was seen, is the same wish.
                if time.monotonic() >= hurry:
                    hurry = time.monotonic() + 1
                    self.signal(signal.SIGTERM)
                time.sleep(0.02)
            if process.poll() is None:
                self.signal(signal.SIGKILL)
                self.wrong("did not end: " + said(), Late)
            if self.reason != "stdout":
                self.reader.done = True
                self.reader.join()
                self.reader.rest()
            self.check(process.returncode, said(), clock)
        finally:
            if sender:
                os.killpg(sender.pid, signal.SIGKILL)
                sender.wait()
            if not process.stdin.closed:
                process.stdin.close()
            process.wait()

    def check(self, status, said, stopped):
        if self.state == "compiling" and "packets captured" not in said:
            if self.reason == "signal" and status in (128 + signal.SIGTERM, -signal.SIGTERM):
                return # until the capture has begun, signals end it as any program
            if status == 1 and "filter" in said:
                return # the host is not known
            self.wrong(f"status {status}: {said}")
        counts = [int(n) for n in re.findall(r"^cf-pcap: (\d+) packets (?:captured|received by filter|dropped by kernel)$",
                                             said, re.M)]
        if len(counts) != 3 or counts[1] != counts[0] + counts[2]:
            self.wrong("the counts do not agree: " + said)
        got = packets(self.reader.data)
        if self.reason != "stdout" and len(got) != counts[0]:
            self.wrong(f"{len(got)} packets in the file: {said}")
        if got and self.reason in ("signal", "stdin") and got[-1][0] > stopped + NOTICED:
            self.wrong(f"a packet of {got[-1][0] - stopped:.3f} s after the stop", Late)
        left = "not written" in said
        hurried = self.kind in ("stuck", "trickle") or (self.state == "draining" and self.reason == "signal")
        if status != (1 if left else 0):
            self.wrong(f"status {status}: {said}")
        if left and not hurried:
            self.wrong(f"not all was written: {said}", Late)


def main():
    state, send, capture = sys.argv[1:]
    failures, late, lock = [], [], threading.Lock()
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        cases = [Case(state, reason, reader, send, capture, folder)
                 for reason in REASONS for reader in READERS]
        if state == "busy": # it takes all of the time that the end may take
            cases.append(Case(state, "duration", "trickle", send, capture, folder))

        def work(case):
            try:
                case.run()
            except Late:
                with lock:
                    late.append(case)
            except Exception as error: # all of them are told
                with lock:
                    failures.append(str(error) or repr(error))

        threads = [threading.Thread(target=work, args=(case,)) for case in cases]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for case in late:
            try:
                case.run()
            except Exception as error:
                failures.append(str(error) or repr(error))
    for failure in failures:
        print(failure)
    print(f"{len(cases)} cases, {len(failures)} wrong")
    sys.exit(1 if failures else 0)


main()
