# The language and the warnings that all C code here is compiled with: programs, tests, fuzzers, scripts/lint.
STANDARD := -std=c11 -D_GNU_SOURCE
WARNINGS := -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes
