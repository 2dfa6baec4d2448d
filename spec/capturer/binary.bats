# What the binary that users get is made of, and that any root filesystem will do for it.
# What is loaded sets variables, and uses some.
# shellcheck disable=SC2034,SC2154

load ../support/capture

setup_file() {
  container_init
  lifecycle "$CONTAINER_HOME/lifecycle"
}
teardown_file() { container_cleanup; }
setup() { binary=$support_root/build/bin/cf-pcap; }

captures_in() { # kind of root
  container_create "$1" --root "$1" --lifecycle "$CONTAINER_HOME/lifecycle"
  capture_start "$1" -- -i lo -f "udp port 7777"
  send "$1" 127.0.0.1 7777 2
  eventually capture_holds 2
  capture_stop
  container_delete "$1"
}

@test "it runs in a glibc root filesystem" { captures_in glibc; }

@test "it runs in a musl root filesystem" {
  captures_in musl
  container_rootfs musl "$BATS_TEST_TMPDIR/root" # it is one: nothing in it but what needs musl's loader
  [ "$(cd "$BATS_TEST_TMPDIR/root" && find . -type f ! -path './etc/*' | sort | paste -sd ' ')" = "./bin/busybox ./lib/$(basename /lib/ld-musl-*)" ]
  readelf -lW "$BATS_TEST_TMPDIR/root/bin/busybox" | grep -q 'interpreter: /lib/ld-musl-'
}

@test "it runs where there is nothing but the binary and /proc" {
  captures_in empty
  [ "$(container_rootfs empty "$BATS_TEST_TMPDIR/root" && find "$BATS_TEST_TMPDIR/root" -type f | wc -l)" = 0 ]
}

@test "it is a static position-independent program: no interpreter, no shared library" {
  readelf -hW "$binary" | grep -qE 'Type: +DYN'
  refute_part "$(readelf -lW "$binary")" INTERP
  refute_part "$(readelf -dW "$binary")" NEEDED
  readelf -dW "$binary" | grep -qE 'FLAGS_1.*PIE'
}

@test "its relocations are read-only once it runs (full RELRO)" {
  readelf -lW "$binary" | grep -q GNU_RELRO
  readelf -dW "$binary" | grep -qE 'BIND_NOW|FLAGS.*NOW'
  refute_part "$(readelf -dW "$binary")" TEXTREL
}

@test "no part of it is writable and executable, the stack neither" {
  readelf -lW "$binary" | grep -E 'GNU_STACK .* RW +0x'
  refute_part "$(readelf -lW "$binary" | grep LOAD)" WE
}

@test "it has the stack protector" {
  readelf -sW "$support_root/build/packages/cf-pcap/bin/cf-pcap.debug" | grep -q __stack_chk_fail
}

@test "it is stripped, and its symbols are kept beside it" {
  refute_part "$(readelf -SW "$binary")" .symtab
  local debug=$support_root/build/packages/cf-pcap/bin/cf-pcap.debug
  readelf -SW "$debug" | grep -q '\.symtab'
  # What gdb goes by: the name, and the CRC-32 of the whole file, which gzip knows to compute.
  readelf -p .gnu_debuglink "$binary" | grep -q 'cf-pcap\.debug$'
  objcopy --dump-section .gnu_debuglink="$BATS_TEST_TMPDIR/link" "$binary" /dev/null
  cmp <(tail -c 4 "$BATS_TEST_TMPDIR/link") <(gzip -c "$debug" | tail -c 8 | head -c 4)
}

@test "it is smaller than 450 kB" { [ "$(stat -c %s "$binary")" -lt 450000 ]; }

@test "it names neither the machine nor the directory it was compiled on" {
  local text
  text=$(tr -c '[:print:]' '\n' <"$binary")
  refute_part "$text" "$support_root"
  refute_part "$text" "$(uname -r)"
  refute_part "$text" "/home/"
}
