"""Says what Windows looks at in a program, one line a fact: the processor; the time that is written into it; what
protects it; each DLL that it needs; of its resources the version, twice (as numbers, and as Explorer shows it), the code
page of the manifest, and who it asks to be run as.

  python3 pe.py FILE

Structures: Microsoft's "PE Format", and VS_VERSIONINFO.
"""
import re
import struct
import sys

MACHINES = {0x8664: "x86-64", 0xAA64: "arm64"}
PROTECTION = {0x20: "high-entropy addresses", 0x40: "random addresses", 0x100: "no code in data"}
VERSION, MANIFEST = 16, 24  # types of resources


class Program:
    def __init__(self, data):
        self.data = data
        assert data[:2] == b"MZ"
        start = struct.unpack_from("<I", data, 0x3C)[0]
        assert data[start:start + 4] == b"PE\0\0"
        self.machine, sections, self.time, _, _, optional = struct.unpack_from("<HHIIIH", data, start + 4)
        header = start + 24
        assert struct.unpack_from("<H", data, header)[0] == 0x20B  # 64 bits
        self.protection = struct.unpack_from("<H", data, header + 70)[0]
        self.directories = [struct.unpack_from("<II", data, header + 112 + 8 * i) for i in range(16)]
        self.sections = [struct.unpack_from("<IIII", data, header + optional + 40 * i + 8) for i in range(sections)]

    def at(self, address):
        for size, begin, in_file, offset in self.sections:
            if begin <= address < begin + min(size, in_file):
                return address - begin + offset
        raise ValueError(f"address {address:#x} is in no section")

    def libraries(self):
        for delayed, entry, name in ((1, 20, 12), (13, 32, 4)):  # import and delay import tables
            if self.directories[delayed][0] == 0:
                continue
            table = self.at(self.directories[delayed][0])
            while address := struct.unpack_from("<I", self.data, table + name)[0]:
                start = self.at(address)
                yield self.data[start:self.data.index(b"\0", start)].decode()
                table += entry

    def resources(self, at=0, depth=0, kind=None):
        base = self.at(self.directories[2][0])
        named, numbered = struct.unpack_from("<HH", self.data, base + at + 12)
        for i in range(named + numbered):
            number, to = struct.unpack_from("<II", self.data, base + at + 16 + 8 * i)
            if to & 0x80000000:
                yield from self.resources(to & 0x7FFFFFFF, depth + 1, number if depth == 0 else kind)
            else:
                address, size = struct.unpack_from("<II", self.data, base + to)
                start = self.at(address)
                yield kind, self.data[start:start + size]


def main():
    with open(sys.argv[1], "rb") as file:
        program = Program(file.read())
    print("processor", MACHINES[program.machine])
    print("time", program.time)
    print("protection", ", ".join(words for bit, words in PROTECTION.items() if program.protection & bit))
    for library in sorted(program.libraries(), key=str.lower):
        print("library", library)
    for kind, data in program.resources():
        if kind == VERSION:
            high, low = struct.unpack_from("<II", data, data.index(struct.pack("<I", 0xFEEF04BD)) + 8)
            print(f"version {high >> 16}.{high & 0xFFFF}.{low >> 16}.{low & 0xFFFF}")
            for name in ("FileVersion", "ProductName"):
                text = data.decode("utf-16-le", "replace")
                print(name, re.search(name + "\0+([^\0]+)\0", text)[1])
        elif kind == MANIFEST:
            print("code page", re.search(rb"<activeCodePage[^>]*>([^<]*)<", data)[1].decode())
            print("run as", re.search(rb'requestedExecutionLevel level="([^"]*)"', data)[1].decode())


main()
