# The head of the Makefiles of test/: unit tests, a program for each *_test.c, built with the machine's own compiler
# and C library. SANITIZE=1 adds the address and undefined behaviour sanitizers; MUSL=1 takes the C library that users'
# programs have. The Makefiles add the rule that links a test, and INCLUDES if need be.
TOP := $(abspath ../../..)
BUILD := $(TOP)/build
OUT := $(BUILD)/units$(if $(SANITIZE),-sanitized)$(if $(MUSL),-musl)/$(notdir $(abspath ..))
CC := gcc
CMOCKA := -lcmocka
SANITIZERS := $(if $(SANITIZE),-fsanitize=address -fsanitize=undefined -fno-sanitize-recover=all)
ifdef MUSL
include ../../musl_tests.mk
endif
include ../../flags.mk
CFLAGS = $(STANDARD) -O1 -g $(WARNINGS) -Werror $(SANITIZERS) $(INCLUDES) $(CMOCKA_INCLUDE)
HEADERS := $(wildcard *.h ../*.h ../../*.h) Makefile

TESTS := $(patsubst %.c,%,$(wildcard *_test.c))

.PHONY: all
all: $(addprefix $(OUT)/,$(TESTS))
