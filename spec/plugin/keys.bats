# --tls-keys and --sort-keys: a key log is followed by the real command, in a shell beside the stand-in `cf` of
# support/cf; packets and keys are made up here. That Wireshark decrypts with them is in
# acceptance-tests and spec/acceptance.
# What is loaded sets variables, and uses some.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154

load support/plugin
load support/pcap
output=$BATS_TEST_TMPDIR/output.pcapng
keys=$BATS_TEST_TMPDIR/keys.log

key() { printf 'CLIENT_RANDOM %064x %096x\n' "$1" "$1"; } # number

# What a file holds, in its order, one a line: "packet INDEX NUMBER", "key NUMBER", "other".
held() { # [file]
  python3 - "${1:-$output}" <<'PYTHON'
import re, struct, sys
data, at = open(sys.argv[1], "rb").read(), 0
while at < len(data):
    kind, length = struct.unpack_from("<II", data, at)
    body = data[at + 8:at + length - 4]
    if kind == 10:
        name, size = struct.unpack_from("<4sI", body)
        assert name == b"KSLT"
        for line in body[8:8 + size].decode().splitlines():
            print("key", int(re.fullmatch("CLIENT_RANDOM ([0-9a-f]{64}) [0-9a-f]{96}", line)[1], 16))
    elif kind == 6:
        captured, = struct.unpack_from("<I", body, 12)
        print("packet", body[20 + 14:20 + captured].decode())
    at += length
PYTHON
}
keys_held() { held "$@" | sed -n 's/^key //p' | paste -sd' '; }
follows() { [ "$(pgrep -cf "^tail .*-F -- $keys")" = "$1" ]; }
# Packets that are made up with a ClientHello of that random, behind Ethernet, IPv4 and TCP.
hello() { # number
  local random
  printf -v random '\\x00%.0s' {1..31}
  le32 "${EPOCHREALTIME%.*}" 0 97 97
  printf '\x02\x00\x00\x00\x00\x01\x02\x00\x00\x00\x00\x02\x88\xb5%s' "$(printf '%040d' 0)"
  printf '%b' "\\x16\\x03\\x01\\x00\\x2a\\x01\\x00\\x00\\x26\\x03\\x03$random\\x0$1"
}

@test "keys stand in front of the packets that came a second before them, and a file that was there becomes its owner's" {
  local order
  instances 1
  tool 0 'tool_begin "$@"; until [ -e "$FAKE_CF/go" ]; do sleep 0.05; done; tool_packet; tool_wait 600; tool_end'
  (umask 022 && touch "$output")
  for _ in {1..5}; do # where this machine is busy, it may be more than a second
    rm -f "$FAKE_CF/go"
    { echo '# a comment' && key 1 && echo 'password hunter2'; } >"$keys"
    capturing --tls-keys "$keys" -o "$output"
    eventually follows 1
    touch "$FAKE_CF/go"
    sleep 0.3
    key 2 >>"$keys"
    eventually eval '[ "$(keys_held 2>/dev/null)" = "1 2" ]'
    interrupt
    [ "$status" = 0 ]
    order=$(held)
    [ "$(head -2 <<<"$order")" != $'key 1\nkey 2' ] || break
  done
  [ "$order" = "$(printf '%s\n' 'key 1' 'key 2' 'packet 0 1' 'packet 0 2')" ] || fail "$order"
  [ "$(stat -c %a "$output")" = 600 ]
  not grep -q hunter2 "$output"
  said "The capture has 2 TLS keys of the app: with them anyone can read that traffic."
  eventually follows 0
  no_child_is_left
}

@test "the file is not there yet, then grows, is truncated, is replaced, is read twice: each key is there once" {
  instances 2 && tool
  start --tls-keys "$keys" -o "$output"
  eventually said "TLS keys: in instances 0, 1 $keys is not there yet; it is read as soon as it is."
  eventually said "Capturing, press ^C to stop..."
  (key 1 && key 2) >"$keys"
  eventually eval '[ "$(keys_held 2>/dev/null)" = "1 2" ]'
  : >"$keys"
  sleep 1.5 # tail(1) looks every second
  key 3 >>"$keys"
  eventually eval '[ "$(keys_held 2>/dev/null)" = "1 2 3" ]'
  (key 2 && key 4) >"$keys.new"
  mv "$keys.new" "$keys"
  eventually eval '[ "$(keys_held 2>/dev/null)" = "1 2 3 4" ]'
  interrupt
  [ "$status" = 0 ]
  holds_all_packets 0 1
  [ "$(keys_held)" = "1 2 3 4" ]
}

@test "what the app writes until the end is there" {
  instances 1
  tool 0 'tool_begin "$@"; tool_wait 600; cp "$FAKE_CF/last" "'"$keys"'"; tool_end'
  key 7 >"$FAKE_CF/last"
  capturing --tls-keys "$keys" -o "$output"
  eventually follows 1
  interrupt
  [ "$status" = 0 ]
  [ "$(keys_held)" = 7 ]
}

@test "keys that come after their packets are told, and --sort-keys puts them in front" {
  instances 1
  tool 0 'tool_begin "$@"; cat "'"$BATS_TEST_TMPDIR"'/hellos"; tool_packet; tool_wait 600; tool_end'
  { hello 1 && hello 2; } >hellos
  start --tls-keys "$keys" -o "$output"
  eventually eval '[ "$(held 2>/dev/null | grep -c packet)" = 3 ]'
  (key 1 && key 2 && key 3) >"$keys"
  interrupt
  [ "$status" = 0 ]
  complained "The keys of 2 TLS connections came after the first packets, and Wireshark does not use them for those. 'cf pcap --sort-keys $output' puts them in front."
  [ "$(held | head -1 | cut -d' ' -f1)" = packet ]
  cp "$output" before
  chmod 644 "$output"
  run -0 "$plugin" 1 pcap --sort-keys "$output"
  [ "$output" = "$BATS_TEST_TMPDIR/output.pcapng: 1 block of TLS keys stood behind packets, and stands in front of them now." ]
  output=$BATS_TEST_TMPDIR/output.pcapng
  [ "$(stat -c %a "$output")" = 600 ]
  [ "$(held)" = "$(held before | sort -s -k1,1)" ]
  [ "$(capinfos -Tmr "$output" | cut -d, -f3-5)" = "$(capinfos -Tmr before | cut -d, -f3-5)" ]
  cp "$output" before
  run -0 "$plugin" 1 pcap --sort-keys before
  [ "$output" = "before: all TLS keys stand in front of the packets already." ]
  cmp before "$BATS_TEST_TMPDIR/output.pcapng"
  [ ! -e before.sorting ]
  # A link stays one, and the file that it leads to is sorted.
  mkdir folder
  mv before folder/
  ln -s folder/before before
  run -0 "$plugin" 1 pcap --sort-keys before
  [ "$(readlink before)" = folder/before ]
  [ "$(ls -A folder)" = before ]
  cmp before "$BATS_TEST_TMPDIR/output.pcapng"
  editcap --discard-all-secrets before none
  cp none none.before
  run -0 "$plugin" 1 pcap --sort-keys none
  [ "$output" = "none: it has no TLS keys." ]
  cmp none none.before
  [ "$(keys_held none)" = "" ]
}

@test "in Wireshark, too, late keys are told: in the toolbar while they come, and at the end, though all went well" {
  instances 1
  tool 0 'tool_begin "$@"; cat "'"$BATS_TEST_TMPDIR"'/hellos"; tool_packet; tool_wait 600; tool_end'
  { hello 1 && hello 2; } >hellos
  mkfifo fifo control-out
  cat fifo >"$output" 3>&- &
  cat control-out >toolbar 3>&- &
  "$plugin" --capture --extcap-interface cfpcap --fifo fifo --extcap-control-out control-out --app myapp --tls-keys "$keys" \
    >"$said" 2>"$errors" 3>&- &
  pid=$!
  eventually eval '[ "$(held 2>/dev/null | grep -c packet)" = 3 ]'
  (key 1 && key 2) >"$keys"
  eventually grep -qa 'late TLS keys: 2' toolbar
  interrupt TERM
  [ "$status" = 0 ]
  [ "$(cat "$errors")" = "The keys of 2 TLS connections came after the first packets, and Wireshark does not use them for those. Once the capture is saved, 'cf pcap --sort-keys FILE' puts them in front." ]
}

@test "what --sort-keys cannot sort stays as it is" {
  local name
  pcap_header >capture.pcap
  echo text >text
  : >empty
  printf '\x0a\x0d\x0d\x0a\x00\x00\x00\x20\x1a\x2b\x3c\x4d%020d' 0 >other-order
  printf '\x0a\x0d\x0d\x0a\x1c\x00\x00\x00\x4d\x3c\x2b\x1a%012d\x1c\x00\x00\x01' 0 >other-length
  for name in capture.pcap text empty other-order other-length; do
    cp "$name" copy
    run -1 "$plugin" 1 pcap --sort-keys "$name"
    [ "$output" = "Cannot sort $name: it is no pcapng file of cf pcap." ]
    cmp "$name" copy
    [ ! -e "$name.sorting" ]
  done
  cp "$root/spec/plugin/keys.bats" text
  run -1 "$plugin" 1 pcap --sort-keys text -o other
  [[ $output = *"--sort-keys FILE changes FILE itself: -o and other options do not go with it"* ]]
  cmp "$root/spec/plugin/keys.bats" text
  [ ! -e other ]
  mkdir folder && mkfifo pipe
  run -1 "$plugin" 1 pcap --sort-keys folder
  [ "$output" = "Cannot sort folder: it is a folder." ]
  run -1 timeout 300 "$plugin" 1 pcap --sort-keys pipe
  [ "$output" = "Cannot sort pipe: it is no file." ]
  run -1 "$plugin" 1 pcap --sort-keys absent
  [ "$output" = "Cannot sort absent: No such file or directory." ]
  touch text.sorting
  run -1 "$plugin" 1 pcap --sort-keys text
  [ "$output" = "Cannot sort text: text.sorting is there already; remove it." ]
  [ -e text.sorting ]
  run -1 "$plugin" 1 pcap myapp --sort-keys text
  [[ $output = *"--sort-keys takes a saved capture, and no app"* ]]
}

@test "--sort-keys leaves a file alone that is still written" {
  instances 1 && tool
  key 5 >"$keys"
  capturing --tls-keys "$keys" -o "$output"
  eventually eval '[ "$(keys_held 2>/dev/null)" = 5 ]'
  run -1 "$plugin" 1 pcap --sort-keys "$output"
  [ "$output" = "Cannot sort $BATS_TEST_TMPDIR/output.pcapng: another program has it open, such as a cf pcap." ]
  output=$BATS_TEST_TMPDIR/output.pcapng
  [ ! -e "$output.sorting" ]
  interrupt
  [ "$status" = 0 ]
  [ "$(held | grep -c ^packet)" = "$(cat "$FAKE_CF/captured-0")" ]
}

@test "each of several files has the keys that came until then" {
  instances 1
  tool 0 'tool_begin "$@"; tool_packet; until [ -e "$FAKE_CF/go" ]; do sleep 0.05; done; for ((i = 0; i < 600; i++)); do tool_packet; done; tool_wait 600; tool_end'
  key 1 >"$keys"
  capturing --tls-keys "$keys" -o capture.pcapng --rotate-size 10kB
  eventually eval '[ "$(keys_held capture_00001_* 2>/dev/null)" = 1 ]'
  touch "$FAKE_CF/go"
  interrupt
  [ "$status" = 0 ]
  local files=(capture_*.pcapng) file
  [ "${#files[@]}" -gt 3 ]
  # In the first one it may stand behind the packet that has waited for it.
  [ "$(keys_held "${files[0]}")" = 1 ]
  for file in "${files[@]}"; do
    [ "$file" = "${files[0]}" ] || [ "$(held "$file" | head -1)" = "key 1" ]
    [ "$(stat -c %s "$file")" -le 10000 ]
    [ "$(stat -c %a "$file")" = 600 ]
  done
}

@test "a file that may not be read, or is a folder, is told; the capture goes on, and the status is 1" {
  instances 1 && tool
  mkdir "$keys"
  capturing --tls-keys "$keys" -o "$output"
  eventually complained "TLS keys: in instance 0 $keys is a folder, and is to be a file."
  interrupt
  [ "$status" = 1 ]
  holds_all_packets 0
  complained "No TLS key came from $keys: the app has to write its keys there, as lines of a key log (SSLKEYLOGFILE)."
}

@test "a container without tail: it is told, tried again, and the status is 1, with all packets saved" {
  instances 1 && tool
  mkdir bin
  ln -s "$(command -v bash)" "$(command -v sleep)" "$(command -v cat)" bin/
  cat >bin/shell <<'SHELL'
#!/usr/bin/env bash
case $2 in *" tail "*) PATH=${BASH_SOURCE%/*} exec bash "$@" ;; *) exec bash "$@" ;; esac
SHELL
  chmod +x bin/shell
  FAKE_SHELL=$PWD/bin/shell start --tls-keys "$keys" -o "$output"
  eventually said "Capturing, press ^C to stop..."
  eventually complained "TLS keys: $keys of instance 0 cannot be followed (there is no tail in the container). It is tried again."
  interrupt
  [ "$status" = 1 ]
  holds_all_packets 0
}

@test "a follower that is lost is started again, and what came meanwhile is there" {
  instances 1 && tool
  capturing --tls-keys "$keys" -o "$output"
  eventually follows 1
  pkill -KILL -f "^tail .*-F -- $keys"
  key 5 >"$keys"
  eventually eval '[ "$(keys_held 2>/dev/null)" = 5 ]'
  interrupt
  [ "$status" = 0 ]
}

@test "nothing stays in the container when cf pcap is killed" {
  instances 1 && tool
  capturing --tls-keys "$keys" -o "$output"
  eventually follows 1
  kill -KILL "$pid"
  eventually follows 0
}

capture_a_key_verbosely() {
  key 171 >"$keys"
  capturing --tls-keys "$keys" --verbose -o "$output"
  eventually eval '[ "$(keys_held 2>/dev/null)" = 171 ]'
  interrupt
  [ "$status" = 0 ]
}

@test "no key is in a message, with --verbose too" {
  instances 1 && tool
  capture_a_key_verbosely
  not grep -q 0000ab "$said" "$errors"
}

@test "--verbose shows how the keys are followed, and which instance's session says what" {
  instances 2 && tool
  capture_a_key_verbosely
  complained_once "; exec tail -c "
  complained "cf-pcap: instance 0 (TLS keys): cf-pcap: keys: followed"
  complained "cf-pcap: instance 1 (TLS keys): cf-pcap: keys: followed"
}

@test "the path is a whole one, and the format is pcapng" {
  run -1 "$plugin" 1 pcap myapp --tls-keys keys.log
  [[ $output = *"--tls-keys keys.log: not the whole path of a file in the container, such as /tmp/keys.log"* ]]
  run -1 "$plugin" 1 pcap myapp --tls-keys /keys.log -o capture.pcap
  [[ $output = *"--tls-keys needs pcapng: give a FILE that ends in .pcapng"* ]]
  run -1 "$plugin" 1 pcap myapp --tls-keys /keys.log --format pcap
  [[ $output = *"--tls-keys needs pcapng"* ]]
  instances 1 && tool
  capturing --tls-keys "$keys"
  interrupt
  compgen -G 'myapp-*.pcapng'
}

@test "a pipe is not read: what the app writes there is not taken away, and its reader does not vanish" {
  instances 1 && tool
  mkfifo pipe
  { exec 8>pipe && key 7 >&8 && touch written; } 3>&- &
  capturing --tls-keys "$PWD/pipe" -o "$output"
  eventually complained "TLS keys: $PWD/pipe of instance 0 cannot be followed (it is a pipe or a device). It is tried again."
  [ ! -e written ]
  interrupt
  [ "$status" = 1 ]
  [ "$(cat pipe)" = "$(key 7)" ]
}

@test "a pipe that comes in the place of the file is not read either, and the status is 1" {
  instances 1 && tool
  capturing --tls-keys "$keys" -o "$output"
  key 5 >"$keys"
  eventually eval '[ "$(keys_held 2>/dev/null)" = 5 ]'
  mkfifo pipe && mv pipe "$keys"
  eventually complained "TLS keys: $keys of instance 0 cannot be followed (it is a pipe or a device). It is tried again."
  interrupt
  [ "$status" = 1 ]
  [ "$(keys_held)" = 5 ]
}

@test "a path is quoted for the container's shell" {
  instances 1 && tool
  keys="$BATS_TEST_TMPDIR/a '\$(touch x) \" key"
  key 9 >"$keys"
  capturing --tls-keys "$keys" -o "$output"
  eventually eval '[ "$(keys_held 2>/dev/null)" = 9 ]'
  interrupt
  [ "$status" = 0 ]
  [ ! -e x ]
}

@test "an instance on several interfaces has one follower; with --split each file has its own instance's keys" {
  instances 2 && tool
  keys="$BATS_TEST_TMPDIR/keys.log"
  key 3 >"$keys"
  capturing --tls-keys "$keys" --interface eth0,lo --split -o capture.pcapng
  eventually follows 2
  interrupt
  [ "$status" = 0 ]
  [ "$(keys_held capture-0.pcapng)" = 3 ]
  [ "$(keys_held capture-1.pcapng)" = 3 ]
  [ "$(stat -c %a capture-0.pcapng)" = 600 ]
}
