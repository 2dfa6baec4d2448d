# Builds the harnesses of a fuzz/ directory with libFuzzer, address and undefined behaviour sanitizers:
# a program for each *_fuzz.c, linked with the sources that NAME_uses names. yyjson is compiled from its
# blob, so that it is sanitized, too.
BUILD := $(abspath ../../../build)
OUT := $(BUILD)/fuzz/$(notdir $(abspath ..))
YYJSON := $(BUILD)/fuzz/yyjson

CFLAGS := -std=c11 -D_GNU_SOURCE -g -O1 -Wall -Wextra -Werror -I.. -isystem $(YYJSON)/src \
	-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all

HARNESSES := $(patsubst %.c,$(OUT)/%,$(wildcard *_fuzz.c))

all: $(HARNESSES)

$(YYJSON)/src/yyjson.c:
	mkdir -p $(YYJSON)
	tar xf ../../../blobs/yyjson/yyjson-*.tar.* -C $(YYJSON) --strip-components=1
	touch $@

# Without the sanitizer for undefined behaviour and without optimizing: with them its macros take clang
# many minutes.
$(YYJSON)/yyjson.o: $(YYJSON)/src/yyjson.c
	clang -g -O0 -fsanitize=fuzzer-no-link,address -c -o $@ $<

.SECONDEXPANSION:
$(OUT)/%: %.c $(wildcard *.h) ../../fuzz.h ../../fuzz_words.h $$(if $$($$*_json),$(YYJSON)/yyjson.o,$(YYJSON)/src/yyjson.c) $$(addprefix ../,$$($$*_uses)) $(wildcard ../*.h)
	@mkdir -p $(OUT)
	clang $(CFLAGS) -o $@ $< $(addprefix ../,$($*_uses)) $(if $($*_json),$(YYJSON)/yyjson.o)

.PHONY: all
