# A capture in several files: --rotate-size, --rotate-time, --keep. `cf` is the stand-in of support/cf; the order of
# events is tried by simulation.bats.
# What is loaded sets variables, and uses some.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154

load support/plugin
load support/pcap

# Sends so many packets of a few hundred bytes, of set times, and ends in order.
sends() { # index packets
  {
    pcap_header
    for ((i = 1; i <= $2; i++)); do pcap_packet "$((1700000000 + i)).$1" "$1 $i $(printf '%0200d' "$i")"; done
  } >"$FAKE_CF/stream-$1"
  tool "$1" 'trap "" TERM; cat "$FAKE_CF/stream-$INDEX"; tool_say "'"$2"' packets received by filter"; tool_say "0 packets dropped by kernel"; exit 0'
}
# Sends packets of a kilobyte until it is told to end.
floods() {
  tool all 'tool_begin "$@"; pad=$(printf "%01000d" 0); while true; do status=0; read -r -t 0.005 || status=$?; [ $status -gt 128 ] || break;' \
    'captured=$((captured + 1)); pcap_packet "$EPOCHREALTIME" "$INDEX $captured $pad"; done; tool_end'
}
files() { find . -maxdepth 1 -name "${1:-capture_*}" -printf '%P\n' | sort; }
content() { # file…   of each packet: its time, interface and bytes
  local file
  for file; do tshark -r "$file" -T fields -e frame.time_epoch -e frame.interface_name -e data 2>/dev/null; done
}
content_of_all() { local -a all && mapfile -t all < <(files) && content "${all[@]}"; }
is_whole() { # file
  capinfos -c "$1" >"$BATS_TEST_TMPDIR/capinfos" 2>&1 || fail "$(cat "$BATS_TEST_TMPDIR/capinfos")"
  ! grep -qi "cut short" "$BATS_TEST_TMPDIR/capinfos"
}
number_of_packets() { capinfos -TMrc "$1" | cut -f2; }
size() { stat -c %s "$1"; }

@test "the files together hold, packet by packet, what the undivided capture does, in both formats" {
  local format file
  instances 3
  sends 0 300 && sends 1 100 && sends 2 1
  for format in pcap pcapng; do
    capture -o "whole.$format"
    cp "$said" whole.said
    capture -o "capture.$format" --rotate-size 10kB
    [ "$status" = 0 ] || fail "$(cat "$said" "$errors")"
    mapfile -t parts < <(files "capture_*.$format")
    [ "${#parts[@]}" -ge 9 ]
    # Where a tool stands still for longer than the others wait, its packets are late, and in another place.
    diff <(content "whole.$format" | sort) <(content "${parts[@]}" | sort)
    [ "$(late "$said")$(late whole.said)" != 00 ] || diff <(content "whole.$format") <(content "${parts[@]}")
    for file in "${parts[@]}"; do
      [[ $file =~ ^capture_000[0-9]{2}_2[0-9]{13}\.$format$ ]] || fail "$file"
      is_whole "$file"
      [ "$(size "$file")" -le 10000 ]
      [ "$(stat -c %a "$file")" = 600 ]
    done
    said "Saved capture to ${#parts[@]} files, the last is '${parts[-1]}'."
  done
}

@test "each pcapng names its interfaces, and has their statistics until then" {
  instances 2
  tool all 'tool_begin "$@"; tool_together 2; for ((i = 0; i < 300; i++)); do tool_packet; done; tool_wait 600; tool_end'
  capture -o capture.pcapng --rotate-size 10kB -d 2s
  [ "$status" = 0 ] || fail "$(cat "$said" "$errors")"
  mapfile -t parts < <(files)
  [ "${#parts[@]}" -ge 3 ]
  for file in "${parts[@]}"; do
    capinfos "$file" >info
    grep -q 'Name = myapp/0 eth0' info
    grep -q 'Name = myapp/1 eth0' info
    [ "$(grep -c 'Number of stat entries = 1' info)" = 2 ]
  done
}

@test "--rotate-time: a file ends when its time is over, and the next begins with its first packet" {
  instances 1 && tool 0 'tool_begin "$@"; tool_packet; until [ -e "$FAKE_CF/go" ]; do sleep 0.05; done; tool_packet; tool_wait 600; tool_end'
  start -o capture.pcapng --rotate-time 1s
  eventually has_files 1
  eventually has_statistics "$(files)"
  is_whole "$(files)"
  sleep 1.5 # quiet: there are no files without a packet
  has_files 1
  touch "$FAKE_CF/go"
  eventually has_files 2
  interrupt
  [ "$status" = 0 ]
  for file in $(files); do is_whole "$file"; done
  [ "$(content_of_all | wc -l)" = 3 ]
}
has_files() { [ "$(files | wc -l)" = "$1" ]; }
has_statistics() { capinfos "$1" 2>/dev/null | grep -q 'Number of stat entries = 1'; }

@test "--keep removes the oldest files of this run, and no others" {
  instances 1 && sends 0 400
  echo precious >capture_00001_20200101000000.pcap
  capture -o capture.pcap --rotate-size 10kB --keep 3
  [ "$status" = 0 ] || fail "$(cat "$said" "$errors")"
  [ "$(cat capture_00001_20200101000000.pcap)" = precious ]
  rm capture_00001_20200101000000.pcap
  mapfile -t parts < <(files)
  [ "${#parts[@]}" = 3 ]
  said "files, the last is '${parts[2]}'; the first "
  said " were removed (--keep)."
  capture -o whole.pcap
  diff <(content whole.pcap | tail -n "$(content "${parts[@]}" | wc -l)") <(content "${parts[@]}")
}

# Instance 0's tool; `some N` in the line sends so many packets of 200 bytes.
tool_that_sends() { # line
  tool 0 'tool_begin "$@"; pad=$(printf "%0200d" 0); some() { for ((i = 0; i < $1; i++)); do captured=$((captured + 1)); pcap_packet "$EPOCHREALTIME" "$pad"; done; }' "$1"
}

@test "--keep leaves a file alone that was put in the place of one of its own, or was written to" {
  instances 1 && tool_that_sends 'some 160; until [ -e "$FAKE_CF/go" ]; do sleep 0.05; done; some 500; tool_wait 600; tool_end'
  start -o capture.pcap --rotate-size 10kB --keep 5
  eventually has_file_number 4 # the first three are closed
  mapfile -t parts < <(files)
  mv "${parts[0]}" mine && echo precious >"${parts[0]}"
  rm "${parts[1]}" && echo precious >"${parts[1]}" # ext4 gives the same inode
  echo precious >"${parts[2]}"
  touch "$FAKE_CF/go"
  eventually has_file_number 12
  interrupt
  [ -s mine ]
  [ "$(cat "${parts[@]::3}" | grep -c precious)" = 3 ]
  [ "$(files | wc -l)" = 8 ] # these, and the last five
  grep -qE "^Saved capture to [0-9]+ files, the last is .*; the first [0-9]+ were removed \(--keep\), but for 3 that another program has changed\.$" "$said"
}

@test "a file that is removed while it is written is not among those that are saved" {
  instances 1 && tool_that_sends 'some 110; until [ -e "$FAKE_CF/go" ]; do sleep 0.05; done; some 110; tool_wait 600; tool_end'
  start -o capture.pcap --rotate-size 10kB
  eventually has_file_number 3
  mapfile -t parts < <(files)
  rm "${parts[2]}"
  touch "$FAKE_CF/go"
  eventually has_file_number 5
  interrupt
  [ "$status" = 1 ]
  complained_once "${parts[2]} was removed, renamed or replaced while it was written."
  said "Saved capture to $(files | wc -l) files, the last is '$(files | tail -1)'."
}
# The last file has this number, or is past it: --keep may have removed the file of this number by now.
has_file_number() {
  local last
  last=$(files | tail -1)
  [[ $last =~ ^capture_0*([0-9]+)_ ]] && [ "${BASH_REMATCH[1]}" -ge "$1" ]
}

@test "what is there is never written over" {
  local second name
  instances 1 && sends 0 100
  for second in {0..240}; do printf -v name 'capture_00001_%(%Y%m%d%H%M%S)T.pcap' $((EPOCHSECONDS + second)) && echo precious >"$name"; done
  capture -o capture.pcap --rotate-size 10kB
  [ "$status" = 0 ] || fail "$(cat "$said" "$errors")"
  [ "$(grep -l precious capture_00001_*.pcap | wc -l)" = 241 ]
  is_whole capture_00001_*-2.pcap
}

@test "-c and --max-size count in all files together, also in those that are removed" {
  instances 1 && sends 0 400
  capture -o capture.pcapng --rotate-size 10kB -c 100
  [ "$(content_of_all | wc -l)" = 100 ]
  said "Stopped after 100 packets (--count)."
  rm capture_*
  capture -o capture.pcapng --rotate-size 10kB --keep 2 --max-size 52kB
  said "Stopped at 52.0 kB (--max-size)." || said "Stopped at 52 kB (--max-size)."
  [ "$(files | wc -l)" = 2 ]
  [[ $(files | tail -1) == capture_00006_* ]]
}

@test "without -o the files are named after the app; a name without an extension has none" {
  instances 1 && sends 0 100
  capture --rotate-size 10kB
  [[ $(files 'myapp*' | head -1) =~ ^myapp-[0-9]{8}-[0-9]{6}_00001_[0-9]{14}\.pcap$ ]]
  mkdir some.folder
  capture -o some.folder/x --rotate-size 10kB
  [[ $(find some.folder -type f -printf '%f\n' | sort | head -1) =~ ^x_00001_[0-9]{14}$ ]]
}

@test "standard output, a pipe, a folder: what cannot be divided into files is refused" {
  instances 1 && tool
  capture -o - --rotate-size 10kB
  [ "$status" = 1 ]
  complained "-o -: --rotate-size and --rotate-time make files; name one (-o FILE), or leave -o out"
  mkfifo pipe && mkdir folder
  capture -o pipe --rotate-time 1h
  complained "Cannot write pipe: it is no file."
  capture -o folder --rotate-time 1h
  complained "Cannot write folder: Is a directory."
  capture -o nowhere/x --rotate-time 1h
  complained "Cannot write nowhere/x: No such file or directory."
  [ ! -e "$FAKE_CF/pid-0" ]
}

@test "the live line says for how long, into how many files, and how much of the disk is free" {
  instances 1
  tool 0 'tool_begin "$@"; until [ -e "$FAKE_CF/end" ]; do tool_packet; pcap_packet "$EPOCHREALTIME" "$(printf "%01000d" 1)"; sleep 0.05; done; tool_end'
  script -qfec "'$plugin' 1 pcap myapp -o capture.pcap --rotate-size 10kB" typescript >/dev/null 3>&- &
  eventually grep -aqE '([0-9]+ m )?[0-9.]+ s, [1-9][0-9]* files, [0-9]+ packets, [0-9.]+ [kMG]?B(, [0-9]+ late)?, [0-9.]+ [kMGT]?B free' typescript
  touch "$FAKE_CF/end"
  wait $!
}

@test "the file that is written is locked" {
  instances 1 && tool
  capturing -o capture.pcap --rotate-time 1h
  eventually has_files 1
  eventually test -s "$(files)"
  run -1 flock -n "$(files)" true
  interrupt
}

@test "the next file cannot be opened: it is said, and what is there stays" {
  instances 1 && sends 0 500
  mkdir disk
  run -1 unshare -m bash -c 'mount -t tmpfs -o size=1m,nr_inodes=3 none disk && { status=0; "$@" 2>&1 || status=$?; cp disk/* .; exit "$status"; }' \
    - "$plugin" 1 pcap myapp -o disk/capture.pcap --rotate-size 10kB --reserve 0
  [[ $output == *"Cannot open the file after disk/capture_00002_"*": No space left on device."* ]]
  [[ $output == *"Saved part of the capture to 2 files, the last is 'disk/capture_00002_"* ]]
  [ "$(files | wc -l)" = 2 ]
  for file in $(files); do is_whole "$file"; done
}

@test "a file that is moved away while it is written is told of, and the capture goes on" {
  instances 1 && tool 0 'tool_begin "$@"; tool_packet; until [ -e "$FAKE_CF/go" ]; do sleep 0.05; done; for ((i = 0; i < 1200; i++)); do tool_packet; done; tool_wait 600; tool_end'
  start -o capture.pcap --rotate-size 10kB
  eventually has_files 1
  first=$(files)
  mv "$first" mine
  touch "$FAKE_CF/go"
  eventually has_file_number 3
  interrupt
  [ "$status" = 1 ]
  complained_once "$first was removed, renamed or replaced while it was written."
  is_whole mine
}

@test "the disk is full: all files but the last are whole, and so is that" {
  instances 1 && sends 0 1000
  mkdir disk
  run -1 unshare -m bash -c 'mount -t tmpfs -o size=100k none disk && { status=0; "$@" 2>&1 || status=$?; cp disk/* .; exit "$status"; }' \
    - "$plugin" 1 pcap myapp -o disk/capture.pcap --rotate-size 30kB --reserve 0
  [[ $output == *"No space left on device."* ]]
  mapfile -t parts < <(files)
  [ "${#parts[@]}" -ge 3 ]
  for file in "${parts[@]}"; do is_whole "$file"; done
  [[ $output == *"Saved part of the capture to ${#parts[@]} files, the last is 'disk/${parts[-1]}': $(content_of_all | wc -l) packets."* ]]
}

@test "the disk is full when a file is opened: that file is removed, and the last that has packets is named" {
  local pages
  instances 1 && sends 0 1000
  for pages in 3 6 9; do # of 4 KiB; a file of 12 kB takes three, so there is nothing left for the next one
    rm -rf disk capture_* && mkdir disk
    run -1 unshare -m bash -c 'mount -t tmpfs -o size="$1"k none disk && shift && { status=0; "$@" 2>&1 || status=$?; cp disk/* .; exit "$status"; }' \
      - $((pages * 4)) "$plugin" 1 pcap myapp -o disk/capture.pcap --rotate-size 12kB --reserve 0
    mapfile -t parts < <(files)
    [ "${#parts[@]}" = $((pages / 3)) ]
    for file in "${parts[@]}"; do is_whole "$file"; done
    [[ $output == *"Cannot write disk/capture_0000$((pages / 3 + 1))_"*": No space left on device. What was written until now can be read."* ]]
    [[ $output == *"packets that had arrived are not in the files."* ]]
    parts[0]="${#parts[@]} files, the last is 'disk/${parts[-1]}'"
    [ "$pages" != 3 ] || parts[0]="'disk/$(files)'"
    [[ $output == *"Saved part of the capture to ${parts[0]}: $(content_of_all | wc -l) packets."* ]]
  done
}

@test "killed with -9 at any moment: all files but the newest are whole, that one can be read, and nothing is missing between" {
  local round
  instances 2 && floods
  for round in {1..3}; do
    rm -f capture_*
    capturing -o capture.pcapng --rotate-size 10kB
    eventually has_file_number $((1 + RANDOM % 4))
    sleep "0.0$((RANDOM % 100))"
    kill -KILL "$pid"
    ended
    mapfile -t parts < <(files)
    for file in "${parts[@]::${#parts[@]}-1}"; do is_whole "$file"; done
    content "${parts[@]}" | cut -f3 >all
    sort -u all | wc -l | diff - <(wc -l <all)
    no_holes 0
    no_holes 1
    for file in "$FAKE_CF"/pid-*; do kill -KILL "$(cat "$file")" 2>/dev/null || true; done
  done
}
no_holes() { # instance   its packets are "INDEX NUMBER"
  local numbers
  numbers=$(python3 -c 'import sys; [print(bytes.fromhex(line.strip()).decode()) for line in sys.stdin]' <all | sed -nE "s/^$1 ([0-9]+) .*/\1/p")
  [ -n "$numbers" ] || return 0 # none has come by then
  diff <(printf '%s\n' "$numbers") <(seq "$(wc -l <<<"$numbers")")
}
