"""Would scripts/universal sign the first program of a universal file as it was signed? Status 1: other bytes.

  python3 signs_alike.py SCRIPT FILE
"""
import runpy
import struct
import sys

script = runpy.run_path(sys.argv[1])
with open(sys.argv[2], "rb") as file:
    program = file.read()
begin, size = struct.unpack_from(">16xII", program)
program = program[begin:begin + size]
for at, command, _ in script["commands"](program):
    if command == script["LC_CODE_SIGNATURE"]:
        begin, size = struct.unpack_from("<II", program, at + 8)
    elif command == script["LC_SEGMENT_64"] and program[at + 8:at + 14] == b"__TEXT":
        text = struct.unpack_from("<QQ", program, at + 40)
sys.exit(0 if size and script["directory"](program[:begin], text) == program[begin:begin + size] else 1)
