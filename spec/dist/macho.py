"""Says what the macOS kernel and loader would look at in a program, one line a fact, for each processor in the file:

  python3 macho.py FILE
  arm64 macos 11.0
  arm64 library /usr/lib/libSystem.B.dylib
  arm64 signed ad hoc, 17 pages

Status 1, and a line that begins with "bad", if a page of a signature has another hash, or something is out of place.
Structures: Apple's mach-o/fat.h, mach-o/loader.h, and cs_blobs.h of xnu.
"""
import hashlib
import struct
import sys

NAMES = {0x01000007: "x86_64", 0x0100000C: "arm64"}
faults = []


def bad(text):
    faults.append(text)
    print("bad", text)


def check_signature(name, program, offset, end):
    """The first blob of the signature that is a code directory: is each page's hash right?"""
    magic, _, count = struct.unpack_from(">III", program, offset)
    if magic != 0xFADE0CC0:
        return bad(f"{name}: no signature where the load command says")
    for i in range(count):
        _, at = struct.unpack_from(">II", program, offset + 12 + 8 * i)
        directory = offset + at
        if struct.unpack_from(">I", program, directory)[0] == 0xFADE0C02:
            break
    else:
        return bad(f"{name}: a signature without a code directory")
    flags, hashes, _, _, pages, limit = struct.unpack_from(">IIIIII", program, directory + 12)
    size, kind, _, page_bits = struct.unpack_from(">BBBB", program, directory + 36)
    page = 1 << page_bits
    if (size, kind) != (32, 2) or limit != end or pages != -(-limit // page):
        return bad(f"{name}: the code directory is of another kind or size")
    for i in range(pages):
        hashed = hashlib.sha256(program[i * page:min((i + 1) * page, limit)]).digest()
        if program[directory + hashes + 32 * i:][:32] != hashed:
            bad(f"{name}: page {i} is not what was signed")
    print(name, "signed", "ad hoc," if flags & 2 else "by somebody,", pages, "pages")


def look_at(name, program):
    magic, _, _, kind, commands, _, flags = struct.unpack_from("<IIIIIII", program)
    if magic != 0xFEEDFACF or kind != 2 or not flags & 0x200000:
        bad(f"{name}: no position independent program of 64 bits")
    at, signature = 32, None
    for _ in range(commands):
        command, size = struct.unpack_from("<II", program, at)
        if command == 0x32:  # LC_BUILD_VERSION
            system, least = struct.unpack_from("<II", program, at + 8)
            print(name, "macos" if system == 1 else f"system {system}", f"{least >> 16}.{least >> 8 & 255}")
        elif command & 0x7FFFFFFF in (0x0C, 0x18, 0x1F):  # LC_LOAD_DYLIB, weak, reexported
            start = at + struct.unpack_from("<I", program, at + 8)[0]
            print(name, "library", program[start:program.index(b"\0", start)].decode())
        elif command == 0x1D:  # LC_CODE_SIGNATURE
            signature = struct.unpack_from("<I", program, at + 8)[0]
        at += size
    if signature is None:
        print(name, "not signed")
    else:
        check_signature(name, program, signature, signature)


def main():
    with open(sys.argv[1], "rb") as file:
        whole = file.read()
    magic, count = struct.unpack_from(">II", whole)
    if magic != 0xCAFEBABE:
        sys.exit("bad: no universal program")
    for i in range(count):
        processor, _, offset, size, align = struct.unpack_from(">IIIII", whole, 8 + 20 * i)
        if offset % (1 << align) or align < 12 or offset + size > len(whole):
            bad(f"program {i} is out of place")
        look_at(NAMES.get(processor, hex(processor)), whole[offset:offset + size])
    sys.exit(1 if faults else 0)


main()
