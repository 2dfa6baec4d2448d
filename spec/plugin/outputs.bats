# The file or pipe that a capture goes to: what is refused before anything is started, what others do to it
# meanwhile, and where messages go. `cf` is the stand-in of support/cf.
# What is loaded sets variables, and uses some.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2094,SC2154

load support/plugin
load support/pcap

# Captures for a moment with standard output and standard error as the caller has them.
capture_here() { "$plugin" 1 pcap myapp -d 500ms "$@" </dev/null; }

# --- messages and packets do not mix

@test "an output that is standard output's file gets the packets, and the messages go to standard error" {
  instances 1 && tool
  capture_here -o "$output" >"$output" 2>"$errors"
  complained "The capture was written to standard output."
  holds_all_packets 0
  capture_here -o /dev/stdout 2>"$errors" >piped.pcap
  complained "The capture was written to standard output."
  output=piped.pcap holds_all_packets 0
  capture_here -o /dev/stdout 2>"$errors" | cat >piped.pcap
  output=piped.pcap holds_all_packets 0
}

@test "an output that standard error goes to is refused" {
  instances 1 && tool
  run -1 bash -c '"$1" 1 pcap myapp -d 1s -o "$2" 2>"$2"' - "$plugin" "$BATS_TEST_TMPDIR/output.pcap"
  output=$BATS_TEST_TMPDIR/output.pcap
  grep -q "Cannot write $output: standard error goes there, too" "$output"
  run -1 bash -c '"$1" 1 pcap myapp -d 1s -o - 2>&1 | cat; exit "${PIPESTATUS[0]}"' - "$plugin"
  [[ $output == "Cannot write standard output: standard error goes there, too"* ]]
  [ ! -e "$FAKE_CF/log" ]
}

@test "a terminal under another name is no output" {
  instances 1 && tool
  run -1 script -qec "'$plugin' 1 pcap myapp -d 1s -o /dev/tty" /dev/null
  [[ $output == *"Cannot write /dev/tty: a capture is not for a terminal"* ]]
  [ ! -e "$FAKE_CF/log" ]
}

@test "where descriptors 0 to 2 are closed, no message and no packet goes astray" {
  instances 1 && tool
  capture_here -o "$output" <&- >&- 2>&-
  holds_all_packets 0
  capture_here -o "$output" >&-
  holds_all_packets 0
}

# --- refused before anything is started

@test "a folder that is not there, and a link into one, are refused before anything is started" {
  instances 1 && tool
  capture -d 1s -o newdir/
  [ "$status" = 1 ]
  complained "Cannot write newdir/: it names a folder that is not there."
  ln -s nowhere/file.pcap dangling
  capture -d 1s -o dangling
  [ "$status" = 1 ]
  complained "Cannot write dangling: No such file or directory."
  ln -s dangling twice
  capture -d 1s -o twice
  [ "$status" = 1 ]
  complained "Cannot write twice: No such file or directory."
  [ ! -e "$FAKE_CF/log" ]
  ln -s new.pcap link # whose file can be made
  capture -o link -d 500ms
  [ "$status" = 0 ]
  [ -s new.pcap ]
}

@test "two outputs, and any option but -i twice, are refused" {
  instances 1 && tool
  capture -d 1s -o one.pcap -w two.pcap
  [ "$status" = 1 ]
  complained "Incorrect Usage: --output is given twice"
  capture -d 1s -f 'tcp port 80' -f 'udp' -i 0 -i 0
  [ "$status" = 1 ]
  complained "Incorrect Usage: --filter is given twice"
  [ ! -e "$FAKE_CF/log" ]
}

# --- what others do to it

@test "a file that is removed, replaced or renamed meanwhile is not called saved" {
  instances 1 && tool
  for what in 'rm "$output"' 'mv "$output" other.pcap' 'mv "$output" other.pcap; echo mine >"$output"'; do
    capturing -o "$output"
    eventually holds_packet "0 1"
    eval "$what"
    interrupt
    [ "$status" = 1 ]
    complained_once "$output was removed, renamed or replaced while it was written."
    not said "Saved"
  done
}

@test "a file that another program empties or overwrites meanwhile is not called saved" {
  local what
  instances 1 && tool
  { pcap_header && pcap_packet 1700000000.0 "another's"; } >other.pcap # its header is that of ours
  for what in ': >"$output"' 'cat /etc/passwd >"$output"' 'dd if=/etc/passwd of="$output" conv=notrunc status=none' 'cp other.pcap "$output"'; do
    capturing -o "$output"
    eventually holds_packet "0 1"
    eval "$what"
    interrupt
    [ "$status" = 1 ]
    complained_once "$output was shortened or overwritten by another program while it was written: packets are missing in it."
    not said "Saved"
  done
}

@test "a file that another program cuts off, and that is written on after that, is not called saved" {
  local size cut
  instances 1 && tool
  for cut in 1 100 1000000; do # bytes; all but the file header are the most
    output=$BATS_TEST_TMPDIR/cut-$cut.pcap
    capturing -o "$output"
    eventually holds_packet "0 30"
    size=$(stat -c %s "$output")
    truncate -s $((size - cut > 24 ? size - cut : 24)) "$output"
    eventually is_longer_than "$size"
    interrupt
    [ "$status" = 1 ]
    complained_once "$output was shortened or overwritten by another program while it was written: packets are missing in it."
    not said "Saved"
  done
}
is_longer_than() { [ "$(stat -c %s "$output")" -gt "$1" ]; }

@test "a file that may not grow any more ends the capture, and what was written can be read" {
  instances 1 && tool all 'tool_begin "$@"; for ((i = 0; i < 3000; i++)); do tool_packet; done; tool_wait 600; tool_end'
  run -1 bash -c 'ulimit -f 64; "$1" 1 pcap myapp -o "$2" 2>&1' - "$plugin" "$BATS_TEST_TMPDIR/output.pcap"
  [[ $output == *"File too large. What was written until now can be read."* ]]
  tcpdump -n -r output.pcap >packets 2>tcpdump.err
  not grep -q truncated tcpdump.err
  [ "$(grep -c ethertype packets)" -gt 1000 ]
}

@test "a named pipe that nobody reads is waited for, and that is said" {
  instances 1 && tool
  mkfifo pipe
  start -o pipe
  eventually said "Waiting for a program that reads pipe..."
  [ ! -e "$FAKE_CF/pid-0" ]
  cat pipe >"$output" 3>&- &
  eventually holds_packet "0 1"
  interrupt
  [ "$status" = 0 ]
  wait $!
  holds_all_packets 0
}

# --- readers that go, or take nothing

@test "a named pipe that is removed, or replaced by a file, while its reader is waited for: told, and nothing is written" {
  instances 1 && tool
  mkfifo first second
  start -o first
  eventually said "Waiting for a program that reads first..."
  rm first
  ended
  [ "$status" = 1 ]
  complained "Cannot write first: the named pipe is not there any more."
  [ ! -e first ]
  start -o second
  eventually said "Waiting for a program that reads second..."
  echo precious >other
  mv other second
  ended
  [ "$status" = 1 ]
  complained "Cannot write second: the named pipe is not there any more."
  [ "$(cat second)" = precious ]
  [ ! -e "$FAKE_CF/pid-0" ]
}

@test "a file system that is on no disk has no reserve: that it cannot be written is told" {
  instances 1 && tool
  capture -o /proc/capture.pcap
  [ "$status" = 1 ]
  complained "Cannot write /proc/capture.pcap: No such file or directory."
  not complained "are to be left free"
}

@test "a reader that goes is noticed while no packet comes" {
  instances 1 && tool all 'tool_begin "$@"; tool_wait 600; tool_end'
  mkfifo pipe
  "$plugin" 1 pcap myapp -o - >pipe 2>"$errors" </dev/null 3>&- &
  pid=$!
  exec 5<pipe
  eventually complained "Capturing"
  exec 5<&-
  ended
  [ "$status" = 0 ]
  [ ! -s "$FAKE_CF/captured-0" ] || [ "$(cat "$FAKE_CF/captured-0")" = 1 ]
}

@test "a reader that goes before the capture has begun: said, status 1" {
  instances 2 && tool
  tool 1 'read -r end; exit 0' # never logs in
  mkfifo pipe
  "$plugin" 1 pcap myapp -o - >pipe 2>"$errors" </dev/null 3>&- &
  pid=$!
  head -c 24 pipe >/dev/null
  ended
  [ "$status" = 1 ]
  complained_once "The reader of standard output left before the capture began."
}

@test "a reader that stalls: after the second ^C it is said that the output ends within a packet" {
  stops_twice_before_a_full_pipe 1001
  cat <&5 >"$output"
  exec 5<&-
  [ "$status" = 1 ]
  # Where the pipe was full at the end of a packet by chance, there is nothing to say.
  if tcpdump -r "$output" 2>&1 >/dev/null | grep -q truncated; then
    complained_once "A part of the capture was written to standard output; it ends within a packet."
  else
    complained "Saved part of the capture to standard output: "
  fi
}

@test "messages that nobody reads do not hold the capture: it ends, and all packets are saved" {
  instances 1 && tool
  mkfifo stuck
  exec 5<>stuck
  timeout 1 dd if=/dev/zero of=stuck bs=4096 oflag=nonblock status=none 2>/dev/null || true # full
  "$plugin" 1 pcap myapp -o "$output" -d 1s >stuck 2>&1 </dev/null 5>&- 3>&- &
  pid=$!
  ended
  exec 5<&-
  [ "$status" = 0 ]
  holds_all_packets 0
}

# --- what is said at the end

@test "that no packet came is said where that is the reason, and only there" {
  instances 1 && tool all 'trap "" TERM; tool_say "capturing on eth0"; pcap_header; tool_wait 600; tool_say "0 packets received by filter"; tool_say "0 packets dropped by kernel"'
  capturing -o "$output"
  interrupt
  [ "$status" = 0 ]
  said "No packet came"
  capture -o /dev/full
  [ "$status" = 1 ]
  not said "No packet came"
  instances 2
  tool 1 'sleep 600'
  rm "$output"
  start -o "$output"
  eventually test -s "$output"
  interrupt
  [ "$status" = 1 ]
  not said "No packet came"
}

@test "a capture that ended at once was captured for no time, not since the machine was started" {
  instances 1 && tool 0 'until [ -e "$FAKE_CF/go" ]; do sleep 0.05; done; tool_begin "$@"; tool_packet; exit 0'
  start -o "$output"
  eventually test -e "$FAKE_CF/pid-0"
  kill -STOP "$pid" # so that it sees beginning and end at once
  touch "$FAKE_CF/go"
  eventually gone "$(head -1 "$FAKE_CF"/log/ssh.*)"
  kill -CONT "$pid"
  ended
  grep -qE '^0 +1 .* [01]\.[0-9] s' "$said"
}

@test "a file that is cut within a packet is read up to there by tcpdump and tshark" {
  # What kill -9 may leave: write(2) of a process that is killed may have written a part.
  instances 1 && tool
  capture -o "$output" -d 500ms
  head -c -5 "$output" >cut.pcap
  [ "$(tcpdump -n -r cut.pcap 2>tcpdump.err | grep -c ethertype)" = $(($(cat "$FAKE_CF/captured-0") - 1)) ]
  grep -q 'truncated dump file' tcpdump.err
  [ "$(tshark -r cut.pcap 2>tshark.err | wc -l)" = $(($(cat "$FAKE_CF/captured-0") - 1)) ]
  grep -q 'cut short in the middle of a packet' tshark.err
}
