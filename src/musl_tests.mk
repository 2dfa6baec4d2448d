# For the Makefiles of test/: musl of package musl, and cmocka (which tests alone need; tools/) built
# for it. What differs from glibc, getopt_long(3) say, is seen before users see it.
.DEFAULT_GOAL := all
MUSL_BUILD := $(abspath ../../../build)
CC := $(MUSL_BUILD)/packages/musl/bin/musl-gcc -static
CMOCKA_FOLDER := $(MUSL_BUILD)/cmocka-musl
CMOCKA := $(CMOCKA_FOLDER)/libcmocka.a
CMOCKA_INCLUDE := -include stdint.h -DHAVE_UINTPTR_T=1 -isystem $(CMOCKA_FOLDER)/include
CMOCKA_HAS := INTTYPES_H MEMORY_H SETJMP_H SIGNAL_H STDARG_H STDDEF_H STDINT_H STDIO_H \
	STDLIB_H STRINGS_H STRING_H SYS_STAT_H SYS_TYPES_H TIME_H UINTPTR_T UNISTD_H

$(CMOCKA): $(wildcard $(MUSL_BUILD)/sources/cmocka/cmocka-*.tar.*)
	rm -rf $(CMOCKA_FOLDER) && mkdir -p $(CMOCKA_FOLDER)
	tar xf $< -C $(CMOCKA_FOLDER) --strip-components=1
	$(CC) -O1 -g -w $(CMOCKA_HAS:%=-DHAVE_%=1) -I$(CMOCKA_FOLDER)/include -c -o $(CMOCKA_FOLDER)/cmocka.o $(CMOCKA_FOLDER)/src/cmocka.c
	ar rcs $@ $(CMOCKA_FOLDER)/cmocka.o
