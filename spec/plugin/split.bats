# --split: a file for each instance. `cf` is the stand-in of support/cf; outputs that fail one by one are tried by
# simulation.bats.
# What is loaded sets variables, and uses some.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154

load support/plugin
load support/pcap

teardown() {
  ! mountpoint -q small || umount small
  local file
  [ -z "${pid-}" ] || kill -KILL "$pid" 2>/dev/null || true
  for file in "$FAKE_CF"/pid-*; do
    [ ! -e "$file" ] || kill -KILL "$(cat "$file")" 2>/dev/null || true
  done
}

files() { find . -maxdepth 1 -name "$1" -printf '%P\n' | sort | paste -sd ' '; }
# All packets of these instances are in the file of theirs, and no others.
each_holds_its_own() { # base extension index…
  local index
  for index in "${@:3}"; do
    output=$1-$index$2 holds_all_packets "$index" || fail "$1-$index$2"
  done
}
was_refused() { # words…
  [ "$status" = 1 ]
  complained "$*" || fail "$(cat "$said" "$errors")"
  ! compgen -G "$FAKE_CF/log/ssh.*" || fail "cf ssh was started"
}

@test "each instance's packets are in a file of its own, in both formats, and the last line names the files" {
  local format
  instances 3 && tool
  for format in pcap pcapng; do
    capture -o "capture.$format" --split -d 1s
    [ "$status" = 0 ] || fail "$(cat "$said" "$errors")"
    [ "$(files "*.$format")" = "capture-0.$format capture-1.$format capture-2.$format" ]
    each_holds_its_own capture ".$format" 0 1 2
    said "Saved capture to 3 files, 'capture-0.$format' to 'capture-2.$format', of instances 0-2."
    [ "$(stat -c %a capture-1."$format")" = 600 ]
  done
  capinfos capture-1.pcapng >info
  [ "$(grep -c '^ *Name = myapp/1 eth0' info)" = 1 ]
  [ "$(grep -c '^ *Name = ' info)" = 1 ]
  [ "$(grep -c 'Number of stat entries = 1' info)" = 1 ]
}

@test "the index is in front of the extension, and a name without one, with dots, or of a hidden file has it at its end" {
  instances 2 && tool
  local -A names=([capture]="capture-0 capture-1" [a.b.pcap]="a.b-0.pcap a.b-1.pcap" [./d.d/x]="x-0 x-1"
    [.hidden]=".hidden-0 .hidden-1" [x-0.pcap]="x-0-0.pcap x-0-1.pcap")
  mkdir d.d
  local name
  for name in "${!names[@]}"; do
    capture -o "$name" --split -d 500ms
    [ "$status" = 0 ] || fail "$(cat "$said" "$errors")"
    [ "$(cd "$(dirname "$name")" && files '*[-][01]*')" = "${names[$name]}" ] || fail "$name: $(ls -A . d.d)"
    find . d.d -maxdepth 1 -name '*-[01]*' -delete
  done
  capture --split -d 500ms
  [ "$status" = 0 ]
  [[ $(files 'myapp-*') =~ ^(myapp-[0-9]{8}-[0-9]{6})-0.pcap\ (myapp-[0-9]{8}-[0-9]{6})-1.pcap$ ]]
  [ "${BASH_REMATCH[1]}" = "${BASH_REMATCH[2]}" ]
}

@test "one instance of many, or one that is alone, has its index in the name too" {
  instances 5 && tool
  capture -o capture.pcap --split -i 3 -d 500ms
  [ "$(files '*.pcap')" = capture-3.pcap ]
  said "Saved capture to 'capture-3.pcap'."
  capture -o capture.pcap --split -i 3,4 -d 500ms
  said "Saved capture to 'capture-3.pcap' and 'capture-4.pcap'."
}

@test "files of that name are replaced as one is without --split, by what comes, not by a start that fails" {
  instances 2 && tool
  echo precious | tee capture.pcap capture-0.pcap capture-1.pcap capture-2.pcap >/dev/null
  tool 1 'echo "bash: line 1: /tmp/lifecycle/cf-pcap: No such file or directory" >&2; exit 127'
  capture -o capture.pcap --split -d 1s
  [ "$status" = 1 ]
  holds_packet "0 1" capture-0.pcap
  [ "$(cat capture-1.pcap)" = precious ]
  [ "$(cat capture.pcap)" = precious ]
  [ "$(cat capture-2.pcap)" = precious ]
  said "Saved capture to 'capture-0.pcap'."
}

@test "an instance that captured nothing has a file with its header, one that never began has none" {
  instances 3
  tool 0 && tool 1 'tool_begin "$@"; tool_wait 600; tool_say "0 packets received by filter"; tool_say "0 packets dropped by kernel"'
  tool 2 'echo "cf-pcap: eth1: no such interface" >&2; exit 1'
  capture -o capture.pcap --split -d 1s
  [ "$status" = 1 ]
  [ "$(files '*.pcap')" = "capture-0.pcap capture-1.pcap" ]
  [ "$(stat -c %s capture-1.pcap)" = 24 ]
  said "Saved capture to 'capture-0.pcap' and 'capture-1.pcap'."
}

@test "instances of different link types go into pcap files, for each has its own" {
  instances 2 && tool
  tool 1 'LINK_TYPE=276 tool_begin "$@"; tool_capture; tool_end'
  capture -o capture.pcap --split -d 1s
  [ "$status" = 0 ] || fail "$(cat "$said" "$errors")"
  capinfos -TMrE capture-0.pcap | grep -q ether
  capinfos -TMrE capture-1.pcap | grep -q linux-sll2
}

@test "what does not go with --split is refused in a line" {
  instances 2 && tool
  mkfifo pipe
  mkdir folder
  capture -o - --split && was_refused "-o -: --split makes files; name one (-o FILE), or leave -o out"
  capture --wireshark --split && was_refused "--wireshark shows one capture: --split does not go with it"
  capture --rotate-size 1MB --split && was_refused "--split makes a file for each instance: --rotate-size and --rotate-time do not go with it"
  capture -o pipe --split && was_refused "Cannot write pipe: it is no file."
  capture -o /dev/null --split && was_refused "Cannot write /dev/null: it is no file."
  capture -o folder --split && was_refused "Cannot write folder: Is a directory."
  capture -o nowhere/x.pcap --split && was_refused "Cannot write nowhere/x.pcap: No such file or directory."
}

@test "a file of an instance that cannot be written is refused before anything is started" {
  instances 3 && tool
  mkdir capture-1.pcap
  capture -o capture.pcap --split && was_refused "Cannot write capture-1.pcap: Is a directory."
  rmdir capture-1.pcap && ln -s /dev/full capture-1.pcap
  capture -o capture.pcap --split && was_refused "Cannot write capture-1.pcap: it is no file."
  rm capture-1.pcap && mkfifo capture-2.pcap
  capture -o capture.pcap --split && was_refused "Cannot write capture-2.pcap: it is no file."
  rm capture-2.pcap
  local long
  long=$(printf '%0249d' 0) # with .pcap 254 bytes, and with -0 more than a file system takes
  capture -o "$long.pcap" --split && was_refused "Cannot write $long-0.pcap: Filename too long."
  "$plugin" 1 pcap myapp -o capture.pcap --split >capture-1.pcap 2>"$errors" </dev/null || status=$?
  was_refused "Cannot write capture-1.pcap: standard output goes there, too"
  [ "$(files 'capture*')" = capture-1.pcap ]
}

@test "a file that another run writes is refused, and that run loses nothing" {
  instances 2 && tool
  capturing -o capture.pcap --split
  eventually all_have_bytes capture-{0,1}.pcap
  cp -r "$FAKE_CF" "$BATS_TEST_TMPDIR/other"
  rm -r "$BATS_TEST_TMPDIR/other/log"
  FAKE_CF=$BATS_TEST_TMPDIR/other "$plugin" 1 pcap myapp -o capture.pcap --split -d 1s >other.txt 2>&1 </dev/null || status=$?
  [ "$status" = 1 ]
  grep -qF "Cannot write capture-0.pcap: another program has it open, such as another cf pcap." other.txt || fail "$(cat other.txt)"
  not compgen -G "$BATS_TEST_TMPDIR/other/log/ssh.*"
  interrupt
  [ "$status" = 0 ] || fail "$(cat "$said" "$errors")"
  each_holds_its_own capture .pcap 0 1
}

@test "where one file's disk is full its instance ends, and the others lose nothing" {
  instances 3 && tool
  tool 1 'tool_begin "$@"; pad=$(printf "%01000d" 0); while true; do status=0; read -r -t 0.002 || status=$?; [ $status -gt 128 ] || break;' \
    'captured=$((captured + 1)); pcap_packet "$EPOCHREALTIME" "$INDEX $captured $pad"; done; tool_end'
  mkdir small
  mount -t tmpfs -o size=64k none small
  ln -s small/capture-1.pcap capture-1.pcap
  capturing -o capture.pcap --split --reserve 0
  eventually complained "Cannot write capture-1.pcap: No space left on device. What was written until now can be read. The capture of the other instances goes on."
  eventually gone "$(cat "$FAKE_CF/pid-1")"
  sleep 0.3 # the others go on meanwhile
  interrupt
  [ "$status" = 1 ]
  complained_once "Cannot write"
  each_holds_its_own capture .pcap 0 2
  capinfos -c capture-1.pcap >info 2>&1
  not grep -qi 'cut short' info
  grep -q "^1  .*ended early" "$said" || fail "$(cat "$said")"
  said "Saved capture to 'capture-0.pcap' and 'capture-2.pcap'."
  said "Saved part of the capture to 'capture-1.pcap': $(capinfos -TMrc capture-1.pcap | cut -f2) packets."
}

@test "a folder that vanishes: what was open is told of, once for all" {
  instances 3 && tool
  mkdir folder
  capturing -o folder/capture.pcap --split
  eventually all_have_bytes folder/capture-{0,1,2}.pcap
  rm -r folder
  interrupt
  [ "$status" = 1 ]
  complained_once "was removed, renamed or replaced while it was written."
  complained "folder/capture-0.pcap was removed"
  complained "The same for the files of instances 1, 2."
  not said "Saved"
}

all_have_bytes() { local file; for file; do [ -s "$file" ] || return; done; }

@test "where no file can be opened the capture ends, and says so once" {
  instances 4
  tool all 'until [ -e "$FAKE_CF/go" ]; do sleep 0.05; done; tool_begin "$@"; tool_capture; tool_end'
  mkdir folder
  start -o folder/capture.pcap --split
  eventually tools_started 4
  rm -r folder
  touch "$FAKE_CF/go"
  ended
  [ "$status" = 1 ]
  complained_once "Cannot write folder/capture-"
  complained "The same for the files of instances"
  complained "Nothing was saved."
}

@test "--count and --max-size are of all files together" {
  instances 3
  tool all 'tool_begin "$@"; until [ -e "$FAKE_CF/go" ]; do sleep 0.05; done; for ((i = 0; i < 300; i++)); do tool_packet; done; tool_wait 600; tool_end'
  capturing -o capture.pcap --split -c 500
  touch "$FAKE_CF/go"
  ended
  [ "$status" = 0 ] || fail "$(cat "$said" "$errors")"
  said "Stopped after 500 packets (--count)."
  [ "$(for index in 0 1 2; do packets "capture-$index.pcap"; done | wc -l)" = 500 ]
  rm capture-*
  capture -o capture.pcap --split --max-size 20kB
  said "Stopped at 20 kB (--max-size)."
  [ "$(cat capture-*.pcap | wc -c)" -le 20000 ]
  [ "$(cat capture-*.pcap | wc -c)" -gt 19900 ]
}

@test "a hundred instances: a line names all of their files, and too small an ulimit -n is told before anything is started" {
  instances 100
  tool all 'tool_begin "$@"; tool_packet; tool_wait 600; tool_end'
  status=0
  (ulimit -n 64 && exec "$plugin" 1 pcap myapp -y -o capture.pcap --split -d 1s >"$said" 2>"$errors" </dev/null) || status=$?
  was_refused "Cannot capture: too few files may be open (ulimit -n): with --split and these instances it takes 420 beside those that are."
  capture -y -o capture.pcap --split -d 500ms
  [ "$status" = 0 ] || fail "$(tail "$said" "$errors")"
  said "Saved capture to 100 files, 'capture-0.pcap' to 'capture-99.pcap', of instances 0-99."
  [ "$(find . -maxdepth 1 -name 'capture-*.pcap' -size +23c | wc -l)" = 100 ]
  each_holds_its_own capture .pcap 0 57 99
}

@test "^C while some still log in: those that began have their files, whole" {
  instances 3 && tool
  tool 2 'sleep 600'
  start -o capture.pcap --split
  eventually test -s capture-0.pcap -a -s capture-1.pcap
  interrupt
  [ "$status" = 1 ]
  [ "$(files '*.pcap')" = "capture-0.pcap capture-1.pcap" ]
  each_holds_its_own capture .pcap 0 1
}

@test "at every moment each file can be read" {
  instances 2 && tool
  capturing -o capture.pcapng --split
  eventually holds_packet "0 3" capture-0.pcapng
  eventually holds_packet "1 3" capture-1.pcapng
  kill -KILL "$pid"
  wait "$pid" || true
  pid=
  for file in capture-0.pcapng capture-1.pcapng; do
    capinfos -c "$file" >info 2>&1
    not grep -qi 'cut short' info
  done
}
