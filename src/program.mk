# Makes a program of a folder's sources, static, with the compiler and libraries in PACKAGES, and
# PROGRAM.debug, its symbols. Included by the Makefiles of the folders, which set PROGRAM and, if need
# be, LIBRARIES (PACKAGE/lib/FILE.a), FOLDERS with more sources, and SOURCES, single ones, which may depend on SYSTEM:
# linux, macos or windows, what the compiler compiles for; RESOURCES, of Windows (.rc). They are run by packages/*/packaging.
PACKAGES ?= /var/vcap/packages

CC := $(PACKAGES)/musl/bin/musl-gcc
SYSTEM := $(strip $(foreach name,linux macos windows,$(findstring $(name),$(shell $(CC) -dumpmachine))))
# A newer compiler's warnings are no reason for a deploy to fail: they are errors in scripts/lint, not here.
include ../flags.mk
# No path of the machine that compiles, so that the program is the same wherever it was made.
REPRODUCIBLE := -ffile-prefix-map=$(CURDIR)=. -ffile-prefix-map=$(PACKAGES)=packages
HARDENED := -fPIE -fstack-protector-strong -fstack-clash-protection
CFLAGS := $(STANDARD) -O2 -g -ffunction-sections -fdata-sections \
	$(WARNINGS) $(REPRODUCIBLE) $(HARDENED) \
	$(foreach library,$(LIBRARIES),-isystem $(PACKAGES)/$(firstword $(subst /, ,$(library)))/include)
LDFLAGS := -Wl,-z,relro,-z,now,-z,noexecstack,--gc-sections
LDLIBS := $(addprefix $(PACKAGES)/,$(LIBRARIES)) $(if $(filter windows,$(SYSTEM)),$(addprefix -l,ws2_32 iphlpapi userenv ole32 dbghelp))

OBJECTS := $(patsubst %.c,%.o,$(sort $(wildcard *.c $(FOLDERS:%=%/*.c)) $(SOURCES))) $(RESOURCES:.rc=.res)

$(PROGRAM): $(PROGRAM).full
	objcopy --only-keep-debug $(PROGRAM).full $(PROGRAM).debug
	objcopy --strip-all --add-gnu-debuglink=$(PROGRAM).debug $(PROGRAM).full $@

$(PROGRAM).full: $(OBJECTS)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(OBJECTS) $(LDLIBS)

$(OBJECTS): $(wildcard *.h $(FOLDERS:%=%/*.h) $(dir $(SOURCES))*.h) $(wildcard ../*.h)

%.res: %.rc $(wildcard $(dir $(RESOURCES))*.manifest ../*.h)
	windres $< $@
