# cf-pcap: make help
SHELL := /bin/bash
MAKEFLAGS += --no-print-directory

PROGRAMS := cf-pcap cf-pcap-plugin

.PHONY: all dist blobs demo cf test check lint fuzz bench clean help $(PROGRAMS)

all: $(PROGRAMS)        ## build/bin/*, what users get

# The packaging scripts are the one way to build; scripts/build-package knows what is out of date.
$(PROGRAMS): blobs
	@scripts/build-package $@
	@mkdir -p build/bin && for file in build/packages/$@/bin/*; do \
	  cmp -s $$file build/bin/$${file##*/} || cp -p --remove-destination $$file build/bin/ || exit; done

blobs:
	@scripts/setup build
	@scripts/fetch-blobs

dist: blobs             ## build/dist/, the plugin for every system, the same bytes on every machine
	@scripts/setup dist
	@scripts/dist

demo:                   ## capture in a Garden-like container, as an ordinary user (root)
	@scripts/demo

cf: all                 ## a Cloud Foundry on this machine, with the login line (root); tools/local-cloud/stop ends it
	@scripts/setup test
	@scripts/build-package lifecycle-assembly
	@scripts/build-tools
	@tools/local-cloud/start

check:                  ## unit tests and lint, under a minute
	@scripts/test units lint

lint:                   ## formatters and analysers alone
	@scripts/setup lint
	@scripts/lint

test:                   ## all tests (root); ends with 'N passed, N failed'
	@scripts/test

SECONDS_EACH ?= 60
fuzz:                   ## fuzz what reads untrusted bytes, SECONDS_EACH=60 each
	@scripts/fuzz $(SECONDS_EACH)

bench:                  ## measure beside tcpdump, dumpcap, gopacket, mergecap ... (root, an idle machine)
	@scripts/bench

clean:                  ## remove build/ (sources fetched into blobs/ stay)
	rm -rf build

help:                   ## this list
	@sed -nE 's/^([a-z-]+):[^#]*## /make \1\t/p' Makefile | expand -t 16
