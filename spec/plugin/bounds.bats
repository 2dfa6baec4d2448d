# What bounds a capture beside ^C and --duration: packets, bytes, the room on the disk. `cf` is the stand-in of
# support/cf; the order of events is tried by simulation.bats.
# What is loaded sets variables, and uses some.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154

load support/plugin
load support/pcap

# Sends so many packets of a kilobyte once all are captured, and then waits.
sends() { # index packets
  tool "$1" 'tool_begin "$@"; until grep -q Capturing "'"$said"'"; do sleep 0.05; done; for ((i = 0; i < '"$2"'; i++)); do tool_packet; pcap_packet "$EPOCHREALTIME" "$(printf "%01000d" 1)"; done; tool_wait 600; tool_end'
}
size() { stat -c %s "$1"; }
on_disk() { # size option…   on a file system of that size, mounted at ./disk; what it has in the end is copied
  mkdir -p disk
  unshare -m bash -c 'mount -t tmpfs -o "size=$1" none disk && shift && { status=0; "$@" || status=$?; cp -r disk/. .; exit "$status"; }' \
    - "$1" "$plugin" 1 pcap myapp -o disk/capture.pcap "${@:2}"
}

@test "--count ends at the packet, in both formats, says so, and is no failure" {
  local format
  instances 3 && tool
  sends 1 500
  for format in pcap pcapng; do
    capture -o "capture.$format" -c 100
    [ "$status" = 0 ] || fail "$(cat "$said" "$errors")"
    [ "$(capinfos -TMrc "capture.$format" | cut -f2)" = 100 ]
    said "Stopped after 100 packets (--count)."
    said "Saved capture to 'capture.$format'."
  done
  no_child_is_left
}

@test "--count with a reader of standard output: it gets so many" {
  instances 2 && tool
  [ "$("$plugin" 1 pcap myapp -o - -c 1 2>"$errors" </dev/null | tcpdump -n -r - 2>/dev/null | grep -c ethertype)" = 1 ]
  complained "Stopped after 1 packet (--count)."
}

@test "--max-size ends before a packet goes beyond, statistics included" {
  local format
  instances 2
  sends 0 300 && sends 1 300
  for format in pcap pcapng; do
    capture -o "capture.$format" --max-size 100kB
    [ "$status" = 0 ] || fail "$(cat "$said" "$errors")"
    [ "$(size "capture.$format")" -le 100000 ]
    [ "$(size "capture.$format")" -gt 98000 ]
    capinfos -c "capture.$format"
    said "Stopped at 100 kB (--max-size)."
  done
  [ "$(capinfos capture.pcapng | grep -c 'Number of stat entries = 1')" = 2 ]
}

@test "an instance that sends on after the last packet does not hold the end up" {
  instances 1 && tool 0 'trap "" PIPE; tool_begin "$@"; while tool_packet 2>/dev/null; do :; done'
  SECONDS=0
  capture -o "$output" -c 10
  [ "$SECONDS" -lt 110 ] # of the two minutes that one has whose packets are wanted
  [ "$(packets | wc -l)" = 10 ]
  [ "$status" = 0 ] || fail "$(cat "$said" "$errors")"
}

@test "too little room on the disk: nothing is started, and the option that changes it is named" {
  instances 1 && tool
  run -1 on_disk 50m -d 500ms
  [ "$output" = "Cannot write disk/capture.pcap: of its disk only 52 MB are free, and 100 MB are to be left free; --reserve SIZE changes that." ]
  [ ! -e "$FAKE_CF/pid-0" ]
  [ ! -e capture.pcap ]
  run -0 on_disk 50m -d 500ms --reserve 40MB
  # A name that is made is told as the file will have it.
  run -1 unshare -m bash -c 'mount -t tmpfs -o size=50m none disk && cd disk && "$@"' - "$plugin" 1 pcap myapp
  [[ $output =~ ^"Cannot write myapp-"[0-9]{8}-[0-9]{6}".pcap: of its disk only 52 MB are free" ]]
}

@test "the disk fills up to the reserve: the capture ends in order, before it is full" {
  instances 1 # of several, up to 48 MB wait in memory for the quiet ones, and are written after the stop
  tool 0 'tool_begin "$@"; for ((i = 0; i < 12; i++)); do pcap_packet 1 "$(printf "%0200000d" 1)"; done; until read -r -t 0.01 || [ $? -lt 128 ]; do pcap_packet 1 "$(printf "%0200000d" 1)"; done; tool_end'
  run -1 on_disk 40m --reserve 20MB
  [[ $output == *"Stopped: of the disk of disk/capture.pcap only "*" are free, and 20 MB are to be left free (--reserve)."* ]]
  [[ $output == *"Saved capture to 'disk/capture.pcap'."* ]]
  [[ $output != *"No space"* ]]
  [ "$(size capture.pcap)" -gt 10000000 ]
  [ "$(size capture.pcap)" -lt 40000000 ]
  capinfos -c capture.pcap
}

@test "somebody else fills the disk: noticed while the app is quiet" {
  instances 1 && tool
  mkdir disk
  run -1 unshare -m bash -c 'mount -t tmpfs -o size=40m none disk && { (until grep -q Capturing said; do sleep 0.1; done; head -c 30000000 /dev/zero >disk/other) & "$@" >said; }' \
    - "$plugin" 1 pcap myapp -o disk/capture.pcap --reserve 20MB
  [[ $output == *"Stopped: of the disk of disk/capture.pcap only "* ]]
}

@test "a capture in a file that the shell has opened has its disk, too" {
  instances 1 && tool
  mkdir disk
  run -1 unshare -m bash -c 'mount -t tmpfs -o size=50m none disk && "$@" >disk/capture.pcap' - "$plugin" 1 pcap myapp -o -
  [[ $output == *"of its disk only 52 MB are free"* ]]
}
