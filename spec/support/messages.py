#!/usr/bin/env python3
"""Lists what the programs say to people: one line for each message, "FILE:LINE<tab>KEY<tab>TEXT".

    messages.py FILE...

A message is a string of a C source, or of a shell script's die, fail, say, note or echo, that has three words or more. KEY is
what docs/messages.md has to have of it: the beginning of its longest part without anything variable in it.
Not messages are: usage and help (the manual pages have them), shell commands, what goes on with another string (it begins
with a blank, a comma or a semicolon), and the keys in spec/support/no-messages.
"""
import os
import re
import sys

KEY = 24  # characters: enough to be found, and short enough to outlive a change of words behind it
VARIABLE_C = re.compile(r"%%|%[-+ #0]*(?:\d+|\*)?(?:\.(?:\d+|\*))?(?:hh|h|ll|l|z|j|t)?[a-zA-Z]|\n|\x00")
VARIABLE_SH = re.compile(r"\$\{[^}]*\}|\$\([^)]*\)|\$\w+|\$.|\\n|%s|%d|\n")
STRING = re.compile(r'"((?:[^"\\\n]|\\.)*)"|PRI[udx]\d+')
ESCAPES = {"\\n": "\n", "\\t": " ", "\\\"": '"', "\\\\": "\\", "\\r": "\n", "\\033": "\n"}
HELP = re.compile(r"\b(?:options_usage|options_help|usage)\b[^;]*?=|static const char (?:shell|check)\[\]")


def unescape(text):
    return re.sub(r"\\(?:033|.)", lambda match: ESCAPES.get(match.group(0), match.group(0)[1:]), text)


def without_comments(text):
    def blank(match):
        if match.group(0)[0] == '"':
            return match.group(0)
        return re.sub(r"[^\n]", " ", match.group(0))

    return re.sub(r'"(?:[^"\\\n]|\\.)*"|/\*.*?\*/|//[^\n]*', blank, text, flags=re.S)


def c_strings(text):
    """Strings as the compiler joins them, with the line of their first part."""
    code = without_comments(text)
    code = re.sub(r"^[ \t]*#(?:\\\n|[^\n])*", lambda match: re.sub(r"[^\n]", " ", match.group(0)), code, flags=re.M)
    helps = []
    for match in HELP.finditer(code):
        helps.append((match.start(), (code + "\n\n").find("\n\n", match.end())))
    joined, start, end = "", None, None
    for match in [*STRING.finditer(code), None]:
        if match and start is not None and not code[end : match.start()].strip():
            pass
        else:
            if start is not None and not any(first <= start < last for first, last in helps):
                yield code.count("\n", 0, start) + 1, joined
            joined, start = "", match and match.start()
        if match:
            joined += unescape(match.group(1)) if match.group(1) is not None else "\x00"
            end = match.end()


def shell_strings(text):
    for number, line in enumerate(text.split("\n"), 1):
        match = re.search(r"\b(?:die|fail|say|note|refuse|warn|error|echo|printf)\b(?: -\w+)* +(.*)", line)
        if match is None or line.lstrip().startswith("#"):
            continue
        for string in re.findall(r'"((?:[^"\\]|\\.)*)"|\'([^\']*)\'', match.group(1)):
            yield number, string[0] or string[1]


def words(text):
    return len([word for word in text.split() if re.fullmatch(r"[('\"]*[A-Za-z][A-Za-z'-]+[)'\",.:;?!]*", word)])


def is_message(text, longest):
    return text[:1] not in (" ", ",", ";") and words(text) >= 3 and words(longest) >= 2


def exceptions():
    with open(os.path.join(os.path.dirname(__file__), "no-messages"), encoding="utf-8") as file:
        return {line.split("\t")[0] for line in file if line.strip() and not line.startswith("#")}


def main():
    no_messages = exceptions()
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        is_c = path.endswith((".c", ".h"))
        for line, string in c_strings(text) if is_c else shell_strings(text):
            parts = [part.strip(" '\"();:,.]#/") for part in (VARIABLE_C if is_c else VARIABLE_SH).split(string)]
            part = max(parts, key=len)
            if is_message(string, part) and part[:KEY].rstrip() not in no_messages:
                shown = (VARIABLE_C if is_c else VARIABLE_SH).sub("…", string)
                print(f"{path}:{line}\t{part[:KEY].rstrip()}\t{shown}")


main()
