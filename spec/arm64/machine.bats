# The capturer on arm64, in a kernel of its own: Debian's, booted by qemu with an initramfs whose init tries what
# spec/capturer/privilege.bats and sandbox.bats try on x86-64. It boots once, and each test looks at what init said.
#
# Nothing here depends on time but the end: 18 minutes for what takes half a minute.
# shellcheck disable=SC2154 # bats sets variables

bats_require_minimum_version 1.5.0

setup_file() {
  local root=$BATS_TEST_DIRNAME/../.. out=$BATS_FILE_TMPDIR tree=$BATS_FILE_TMPDIR/tree
  local cross=$root/build/cross/linux-arm64/packages
  "$root/scripts/build-cross" linux-arm64 cf-pcap
  "$BATS_TEST_DIRNAME/fetch" "$root/build/arm64"
  mkdir -p "$tree"/{bin,dev,proc,sys,tmp,etc}
  cp "$root/build/arm64/busybox" "$tree/bin/"
  cp "$BATS_TEST_DIRNAME/init" "$cross/cf-pcap/bin/cf-pcap" "$cross/libcap/bin/setcap" "$tree/"
  "$cross/musl/bin/musl-gcc" -O2 -w -o "$tree/inject-syscall" "$root/spec/support/inject-syscall.c"
  (cd "$tree" && find . | busybox cpio -o -H newc 2>/dev/null | gzip -1) >"$out/initramfs"
  timeout 1080 qemu-system-aarch64 -M virt -cpu cortex-a57 -m 512 -nodefaults -nographic -serial stdio -no-reboot \
    -kernel "$root/build/arm64/vmlinuz" -initrd "$out/initramfs" -append "console=ttyAMA0 quiet panic=-1" \
    </dev/null >"$out/console" 2>&1 3>&- || true
  tr -d '\r' <"$out/console" | sed -n 's/^RESULT //p' >"$out/results"
}

fail() { printf '%s\n' "$*" >&2; return 1; }

# What init said of something.
said() { # name
  grep -q "^$1 " "$BATS_FILE_TMPDIR/results" || fail "init did not say '$1'; the console: $(tail -20 "$BATS_FILE_TMPDIR/console")" || return
  sed -n "s/^$1 //p" "$BATS_FILE_TMPDIR/results"
}
says() { # name text
  local is
  is=$(said "$1") || return
  # A pattern.
  # shellcheck disable=SC2053
  [[ $is == $2 ]] || fail "$1: '$is', not '$2'"
}

@test "it is an arm64 machine, and all was tried there" {
  says machine aarch64
  grep -qx finished "$BATS_FILE_TMPDIR/results"
  [ "$(grep -c '^inject-failed' "$BATS_FILE_TMPDIR/results")" = 0 ]
}

@test "an ordinary user captures on lo, with a filter that names a host" {
  says lo "status 0 cf-pcap: 0 packets dropped by kernel"
  said lo-pcap | base64 -d >"$BATS_TEST_TMPDIR/lo.pcap"
  tshark -r "$BATS_TEST_TMPDIR/lo.pcap" -T fields -e icmp.type -e ip.src >"$BATS_TEST_TMPDIR/packets" 2>/dev/null
  # Echo and echo reply, three times.
  diff <(printf '8\t127.0.0.1\n0\t127.0.0.1\n%.0s' 1 2 3) "$BATS_TEST_TMPDIR/packets"
}

@test "a running capture has no capability, no_new_privs, and both seccomp lists" {
  local set
  for set in CapPrm CapEff CapInh CapAmb; do
    says "$set" 0000000000000000
  done
  says NoNewPrivs 1
  says Seccomp 2
  says Seccomp_filters 2
}

@test "without the file's capability there is no capture, and it says why" {
  says no-capability "status 1 cf-pcap: may not capture: this file does not have the capability CAP_NET_RAW; *"
}

@test "the lists allow what captures do: every interface, stop and go on, a reader that does not read, a wrong filter" {
  says any "status 0 cf-pcap: 0 packets dropped by kernel"
  says stopped "status 0 cf-pcap: 0 packets dropped by kernel"
  says blocked "status 1 *"
  says wrong-filter "status 1 cf-pcap: filter 'tcp port 80 nonsense': *"
}

@test "a call outside the second list ends a running capture, and one that it has does not" {
  local call
  for call in getpid openat socket sendto execve clone ptrace mmap; do
    says "second $call" "status 159"
  done
  says "second write" "status 0"
}

@test "a call outside the first list ends it while it asks for a name, a wrong argument of one that it has, too" {
  local call
  for call in getpid execve clone ptrace openat socket; do
    says "first $call" "status 159"
  done
  says "first inet-socket" "status 1"
}
