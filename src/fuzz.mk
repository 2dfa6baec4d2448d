# Builds the harnesses of a fuzz/ directory with libFuzzer, address and undefined behaviour sanitizers:
# a program for each *_fuzz.c, linked with the sources that NAME_uses names. yyjson (for NAME_json) and libpcap
# (NAME_pcap) are compiled from their blobs, so that they are sanitized, too. With MAIN, a source in place of libFuzzer, and
# CC for another system and BUILD, programs that run seeds there.
CC := clang
MAIN :=
BUILD := $(abspath ../../../build)
OUT := $(BUILD)/fuzz/$(notdir $(abspath ..))
YYJSON := $(BUILD)/fuzz/yyjson
LIBPCAP := $(BUILD)/fuzz/libpcap

include ../../flags.mk
CFLAGS := $(STANDARD) -g -O1 $(filter-out -Wconversion,$(WARNINGS)) -Werror -I.. -isystem $(YYJSON)/src -isystem $(LIBPCAP)/include \
	$(if $(MAIN),,-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all)

HARNESSES := $(patsubst %.c,$(OUT)/%,$(wildcard *_fuzz.c))

all: $(HARNESSES)

$(YYJSON)/src/yyjson.c:
	mkdir -p $(YYJSON)
	tar xf ../../../blobs/yyjson/yyjson-*.tar.* -C $(YYJSON) --strip-components=1
	touch $@

# Without the sanitizer for undefined behaviour and without optimizing: with them its macros take clang
# many minutes.
$(YYJSON)/yyjson.o: $(YYJSON)/src/yyjson.c
	$(CC) -g -O0 $(if $(MAIN),,-fsanitize=fuzzer-no-link,address) -c -o $@ $<

# By its packaging script, so that the same parts of it are compiled.
$(LIBPCAP)/lib/libpcap.a: ../../../packages/libpcap/packaging $(wildcard ../../libpcap/*)
	rm -rf $(LIBPCAP) && mkdir -p $(LIBPCAP)/compile
	cp -r ../../../blobs/libpcap ../../libpcap $(LIBPCAP)/compile/
	cd $(LIBPCAP)/compile && CC=clang CFLAGS="-g -O1 -fsanitize=fuzzer-no-link,address" ASAN_OPTIONS=detect_leaks=0 \
		BOSH_INSTALL_TARGET=$(LIBPCAP) bash $(abspath $<) >$(LIBPCAP)/log 2>&1 || { tail $(LIBPCAP)/log && exit 1; }

.SECONDEXPANSION:
$(OUT)/%: %.c $(wildcard *.h) ../../fuzz.h ../../fuzz_words.h $$(if $$($$*_json),$(YYJSON)/yyjson.o,$(YYJSON)/src/yyjson.c) $$(if $$($$*_pcap),$(LIBPCAP)/lib/libpcap.a) $$(addprefix ../,$$($$*_uses)) $(wildcard ../*.h ../*/*.h ../../pcap-merge/*.h)
	@mkdir -p $(OUT)
	$(CC) $(CFLAGS) -o $@ $< $(MAIN) $(addprefix ../,$($*_uses)) $(if $($*_json),$(YYJSON)/yyjson.o) \
		$(if $($*_pcap),$(LIBPCAP)/lib/libpcap.a)

.PHONY: all
