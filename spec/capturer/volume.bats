# A million packets: none is lost that the kernel delivered, and they are those that tcpdump captures.
# What is loaded sets variables, and uses some.
# shellcheck disable=SC2030,SC2031,SC2034,SC2154

load ../support/capture

setup_file() {
  container_init
  # In memory, so that a slow disk drops nothing.
  mkdir "$CONTAINER_HOME/memory"
  mount -t tmpfs -o size=1g none "$CONTAINER_HOME/memory"
  lifecycle "$CONTAINER_HOME/lifecycle"
  container_create app --lifecycle "$CONTAINER_HOME/lifecycle"
}
teardown_file() {
  umount --lazy "$CONTAINER_HOME/memory" || true
  container_cleanup
}

# N packets of 64 bytes of payload from outside, so fast on average.
flood() { outside "$(support_program send-udp)" "$(container_ip app)" 7001 "$1" 64 "$2"; } # packets, a second
frames() { "$(support_program pcap-frames)" <"$1"; }

@test "a million packets at a rate that the kernel can deliver: all of them, as tcpdump has them" {
  capture=$CONTAINER_HOME/memory/ours
  # What gets no processor for a second loses packets: then once more.
  without_drops 60000 || without_drops 30000 || without_drops 15000
  [ "$(tcpdump_said_count dropped)" = 0 ]
  [ "$(capture_said_count dropped)" = 0 ]
  [ "$(capture_said_count captured)" = 1000000 ]
  [ "$(capture_said_count received)" = 1000000 ]
  [ "$(capture_info c)" = 1000000 ]
  cmp <(frames "$capture/pcap") <(frames "$CONTAINER_HOME/memory/theirs/pcap")
  rm -r "$capture" "$CONTAINER_HOME/memory/theirs"
}
without_drops() { # packets a second
  rm -rf "$capture" "$CONTAINER_HOME/memory/theirs"
  tcpdump_start app "$CONTAINER_HOME/memory/theirs" -i eth0 "udp port 7001" && capture_start app -- -f "udp port 7001" &&
    flood 1000000 "$1" && capture_stop || return # the end of ours drains the ring
  if [ "$(capture_said_count dropped)" != 0 ]; then
    tcpdump_stop
    return 1
  fi
  # tcpdump ends with what it has, and tells only then what it has lost.
  eventually has_bytes "$CONTAINER_HOME/memory/theirs/pcap" $((24 + 1000000 * (16 + 106))) || {
    tcpdump_stop
    return 1
  }
  tcpdump_stop
}
has_bytes() { [ "$(stat -c %s "$1")" -ge "$2" ]; } # file bytes

@test "a million packets as fast as they go: every one is captured or counted as dropped" {
  capture=$CONTAINER_HOME/memory/fast
  capture_start app -- -f "udp port 7001"
  flood 1000000 0
  capture_stop
  [ "$(capture_said_count received)" = 1000000 ]
  [ $(($(capture_said_count captured) + $(capture_said_count dropped))) = 1000000 ]
  [ "$(capture_info c)" = "$(capture_said_count captured)" ]
  rm -r "$capture"
}

grew() { [ -e "$1" ] && has_bytes "$1" "$2"; } # file bytes

@test "it can be told to end where packets come faster than they are read" {
  local pipe=$CONTAINER_HOME/memory/pipe slow=$CONTAINER_HOME/memory/slow sender
  mkfifo "$pipe"
  # So slow that what ends the capture comes while a write is blocked.
  read_slowly <"$pipe" >"$slow" 3>&- &
  local reader=$!
  CAPTURE_STDOUT=$pipe capture_start app -- -f "udp port 7001"
  eventually capture_has_announced_itself
  outside timeout 600 "$(support_program send-udp)" "$(container_ip app)" 7001 100000000 1400 3>&- {capture_stdin}>&- &
  sender=$!
  eventually grew "$slow" 5000000
  exec {capture_stdin}>&-
  eventually capture_has_ended
  kill "$sender" # it sends still
  wait "$reader"
  [ $(($(capture_said_count captured) + $(capture_said_count dropped))) = "$(capture_said_count received)" ]
  [ "$(tcpdump -n -r - <"$slow" 2>/dev/null | wc -l)" = "$(capture_said_count captured)" ]
}
