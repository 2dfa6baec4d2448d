# Whatever fails, `cf pcap` ends, tells the truth, and loses nothing silently. `cf` is the stand-in of support/cf; any
# order of such events is tried by simulation.bats.
# What is loaded sets variables, and uses some.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154

load support/plugin
load support/pcap

teardown() {
  [ -z "${pid-}" ] || kill -KILL "$pid" 2>/dev/null || true
  local file
  for file in "$FAKE_CF"/log/ssh.*; do
    [ ! -e "$file" ] || kill -KILL -- "-$(head -1 "$file")" 2>/dev/null || true
  done
}

# --- streams that the output does not take

@test "another link type and a record that cannot be, in one read: said once, and it ends" {
  instances 2 && tool
  { pcap_header 113 && printf '\xff%.0s' {1..40}; } >both
  tool 1 'until [ -s "'"$output"'" ]; do sleep 0.05; done; cat both; tool_wait 600'
  capture -o "$output"
  [ "$status" = 1 ]
  complained_once "Instance 1 captures packets of another link type (113)"
  grep -qE '^1 .* other link type' "$said"
  holds_packet "0 1"
}

@test "another link type and the end, while the output is blocked" {
  instances 2
  tool 0 'tool_begin "$@"; for ((i = 0; i < 3000; i++)); do tool_packet; pcap_packet 1 "$(printf "%01000d" 1)"; done; tool_wait 600; tool_end'
  tool 1 'until [ -e "$FAKE_CF/blocked" ]; do sleep 0.05; done; LINK_TYPE=113; tool_begin "$@"; exit 0'
  mkfifo slow
  "$plugin" 1 pcap myapp -o - >slow 2>"$errors" </dev/null 3>&- &
  pid=$!
  exec 5<slow
  eventually is_full
  touch "$FAKE_CF/blocked"
  sleep 1
  cat <&5 >"$output" 3>&- &
  eventually complained "another link type"
  ended
  exec 5<&-
  [ "$status" = 1 ]
  complained_once "another link type"
}

# The pipe at descriptor 5 takes no more: it holds 64 KiB.
is_full() {
  python3 -c 'import fcntl, struct, sys, termios; sys.exit(struct.unpack("i", fcntl.ioctl(5, termios.FIONREAD, bytes(4)))[0] < 60000)'
}

# --- outputs that fail

@test "an output that fails with its first bytes, of streams that have ended: said once, and nothing is called saved" {
  # One write: who has sent a header alone when the output fails is ended before more comes.
  instances 2 && tool all '{ tool_begin "$@"; tool_packet; } >"$FAKE_CF/all-$INDEX"; cat "$FAKE_CF/all-$INDEX"; exit 0'
  capture -o /dev/full
  [ "$status" = 1 ]
  complained_once "Cannot write /dev/full: No space left on device."
  not complained "can be read"
  not said "Saved"
  said "Nothing was saved: '/dev/full' holds no packet."
  complained " that had arrived " # one packet or both: who sent nothing yet is not waited for
  instances 1
  capture -o /dev/full
  complained "1 packet that had arrived is not in /dev/full."
}

@test "after a full disk the last line says how much is saved, the table what is lost, and both are so" {
  instances 1 && tool 0 'tool_begin "$@"; for ((i = 0; i < 3000; i++)); do tool_packet; done; tool_wait 600; tool_end'
  mkdir full
  run -1 unshare -m bash -c "mount -t tmpfs -o size=64k none full && { '$plugin' 1 pcap myapp --reserve 0 -o full/capture.pcap 2>&1; status=\$?; cp full/capture.pcap .; exit \$status; }"
  [[ $output =~ Saved\ part\ of\ the\ capture\ to\ \'full/capture.pcap\':\ ([0-9]+)\ packets ]]
  [ "$(capinfos -TMrc capture.pcap | cut -f2)" = "${BASH_REMATCH[1]}" ]
  grep -qE "^0 +${BASH_REMATCH[1]} .* [0-9]+ lost" <<<"$output"
}

@test "a reader that takes nothing: the second ^C ends at once, and says what is lost" {
  stops_twice_before_a_full_pipe 1000
  exec 5<&-
  [ "$status" = 1 ]
  complained "packets that had arrived are not in standard output."
  complained "A part of the capture was written to standard output; it ends within a packet." || complained "Saved part of the capture to standard output: "
}

# --- the time that is told

@test "--duration counts from the announcement: nobody is missed because others log in slowly" {
  instances 3 && tool
  tool 1 'sleep 3; tool_begin "$@"; tool_capture; tool_end'
  tool 2 'sleep 3; tool_begin "$@"; tool_capture; tool_end'
  capture -o "$output" -d 1s
  [ "$status" = 0 ]
  said "Capturing, press ^C to stop..."
  holds_all_packets 0 1 2
  # All the same, and not three seconds more of the first. A machine that is busy may end it later than after a second.
  sed -nE 's/^([012]|all) +[0-9].* ([0-9.]+ s|[0-9]+ m [0-9]+ s)$/\2/p' "$said" >spans
  [ "$(wc -l <spans)" = 4 ] && [ "$(sort -u spans | wc -l)" = 1 ] || fail "$(cat "$said")"
}

@test "the same for fifty instances, which do not all log in at the same time" {
  instances 50
  tool all 'sleep 0.5; tool_begin "$@"; tool_packet; tool_wait 600; tool_end'
  capture -o "$output" -y -d 1s
  [ "$status" = 0 ]
  [ "$(packets | wc -l)" = 100 ]
}

@test "an instance that ends early is in the table with the time it missed, and the status says so" {
  instances 30
  # Packets may be late on a busy machine, and that is worth a row.
  tool all 'tool_begin "$@"; tool_wait 600; tool_say "0 packets received by filter"; tool_say "0 packets dropped by kernel"'
  tool 17 'tool_begin "$@"; tool_packet; until [ -e "$FAKE_CF/end" ]; do sleep 0.05; done; tool_end'
  capturing -o "$output" -y
  touch "$FAKE_CF/end"
  eventually complained "Instance 17 ended early"
  sleep 1
  interrupt
  [ "$status" = 1 ]
  grep -qE '^17 .* s  ended early, [1-9][0-9.]* s missed$' "$said"
  [ "$(grep -cE '^[0-9]+ ' "$said")" = 1 ] # the others have nothing to tell
}

@test "an instance that was still logging in at ^C is named, with the reason, and the status says so" {
  instances 2 && tool
  tool 1 'sleep 600'
  start -o "$output"
  eventually holds_packet "0 1"
  interrupt
  [ "$status" = 1 ]
  complained_once "Instance 1 cannot be captured: it was still logging in when the capture was stopped"
  grep -qE '^1 .* not captured' "$said"
}

@test "instances that do not run: how many of how many, and their rows in the table" {
  instances CRASHED RUNNING DOWN && tool
  capturing -o "$output"
  interrupt
  [ "$status" = 0 ]
  [ "$(head -1 "$said")" = "Starting capture on 1 of 3 instances: 1." ]
  grep -qE '^0 .* not running \(CRASHED\)$' "$said"
  grep -qE '^2 .* not running \(DOWN\)$' "$said"
  capturing -o "$output" -i 0,1 # named, and not captured
  interrupt
  [ "$status" = 1 ]
}

# The interfaces whose statistics (block 5) have a count of drops (option 5), by draft-ietf-opsawg-pcapng.
interfaces_with_drops() { # file
  python3 - "$1" <<'PYTHON'
import struct, sys
data, at = open(sys.argv[1], 'rb').read(), 0
while at < len(data):
    kind, length = struct.unpack_from('<II', data, at)
    option = at + 20
    while kind == 5 and option < at + length - 4:
        code, size = struct.unpack_from('<HH', data, option)
        if code == 5:
            print(struct.unpack_from('<I', data, at + 8)[0])
        option += 4 + (size + 3) // 4 * 4
    at += length
PYTHON
}

@test "drops that the tool could not read are not 0, and that is said" {
  instances 2 && tool
  tool 1 'tool_begin "$@"; tool_packet; tool_wait 600; tool_say "cannot read the kernel'"'"'s counts: x"; tool_end'
  capturing -o capture.pcapng
  interrupt
  grep -qE '^1 .* \? +0 ' "$said"
  said "Not known, and shown as '?': how many packets the kernel dropped in instance 1."
  [ "$(interfaces_with_drops capture.pcapng | wc -l)" = 1 ]
}

# --- connections that hang

ssh_of() { # index -> the process group of its `cf ssh`
  grep -lx -A1 -- "$1" "$FAKE_CF"/log/ssh.* | while read -r file; do
    [ "$(grep -A1 -x -- -i "$file" | tail -1)" != "$1" ] || head -1 "$file"
  done
}

@test "a connection that hangs is told while it does; if it goes on nothing is lost, and the table names it" {
  instances 2 && tool
  FAKE_STDERR=$FAKE_CF/stderr capturing -o "$output"
  eventually holds_packet "1 10"
  eventually grep -qx 'cf-pcap: alive' "$FAKE_CF/stderr-1"
  sleep 0.5 # it is on its way
  kill -STOP -- "-$(ssh_of 1)"
  eventually complained "No answer from instance 1 for more than 10 seconds: the connection hangs."
  local number
  number=$(packets | grep -c '^1 ') || true
  kill -CONT -- "-$(ssh_of 1)"
  eventually holds_packet "1 $((number + 50))" # it has answered
  interrupt
  [ "$status" = 0 ]
  grep -qE '^1 .* did not answer for [1-9][0-9] s$' "$said"
  holds_all_packets 0 1
}

@test "a connection that hangs at the end: it ends in seconds, says what is missing, status 1" {
  instances 2 && tool
  capturing -o "$output"
  eventually holds_packet "1 10"
  kill -STOP -- "-$(ssh_of 1)"
  sleep 2
  local before=$SECONDS
  interrupt
  [ $((SECONDS - before)) -lt 60 ] # of the two minutes that one has that is heard of
  [ "$status" = 1 ]
  complained_once "Instance 1 did not end in order: its connection hangs"
  grep -qE '^1 .* did not end in order, (less than )?[0-9.]+ s missed' "$said"
  holds_packet "1 10"
}

@test "a connection that hangs after the answer, before the rest has come: said, status 1" {
  instances 2 && tool
  tool 1 'tool_begin "$@"; tool_packet; tool_wait 600; exec sleep 600' # as if the rest were under way
  capturing -o "$output"
  interrupt
  [ "$status" = 1 ]
  complained_once "Instance 1 did not end in order: it fell silent after it was asked to end"
  grep -qE '^1 .* did not end in order' "$said"
}

@test "signs of life come from every shell, and end with the tool" {
  instances 1
  printf '#!/bin/sh\nexec busybox sh "$@"\n' >busybox-sh && chmod +x busybox-sh
  tool 0 'tool_begin "$@"; until [ -e "$FAKE_CF/end" ]; do sleep 0.05; done; tool_end'
  for shell in bash dash ./busybox-sh; do
    FAKE_SHELL=$shell FAKE_STDERR=$FAKE_CF/stderr start -o "$output"
    eventually grep -qx 'cf-pcap: alive' "$FAKE_CF/stderr-0"
    kill -INT "$pid"
    eventually grep -qx 'cf-pcap: asked to end' "$FAKE_CF/stderr-0"
    touch "$FAKE_CF/end"
    ended
    not complained "alive"
    rm "$FAKE_CF/stderr-0" "$FAKE_CF/end"
  done
}

# --- the CLI dies

@test "cf dies while the app is looked up: noticed, and nothing is started" {
  instances 1 && tool
  mkfifo "$FAKE_CF/app.out" # whose reader waits
  bash -c '"$@" & echo $! >plugin.pid; exec sleep 600' - "$plugin" 1 pcap myapp -o "$output" >"$said" 2>"$errors" 3>&- &
  local parent=$!
  eventually compgen -G "$FAKE_CF/log/app.*" >/dev/null
  eventually test -s plugin.pid
  kill -KILL "$parent"
  eventually gone "$(cat plugin.pid)"
  echo none 1<>"$FAKE_CF/app.out" # for the stand-in's cat(1), which was left if it had come so far
  complained_once "cf has ended, and so the capture is not started."
  [ ! -e "$FAKE_CF/pid-0" ]
}

@test "the end of cf wakes the plugin, which does not wait for a tick" {
  instances 1 && tool
  capturing -o "$output"
  readlink "/proc/$pid"/fd/* | grep -q pidfd
  interrupt
}

# --- two runs, one file

@test "runs that choose the same name have a file each, and what is there is not written over" {
  local second name
  instances 1 && tool
  # Whichever seconds the runs begin in, the name is taken, and so the next one is wanted by all of the same second.
  for second in {0..240}; do printf -v name 'myapp-%(%Y%m%d-%H%M%S)T.pcap' $((EPOCHSECONDS + second)) && echo precious >"$name"; done
  local -a pids=()
  for i in 1 2 3; do
    "$plugin" 1 pcap myapp -d 1s >"said-$i" 2>"$errors" </dev/null 3>&- &
    pids+=($!)
  done
  for i in "${pids[@]}"; do wait "$i"; done
  [ "$(grep -l precious myapp-*.pcap | wc -l)" = 241 ]
  sed -n "s/^Saved capture to '\(.*\)'\.$/\1/p" said-* | sort >names
  [ "$(sort -u names | wc -l)" = 3 ]
  while read -r name; do
    [[ $name =~ ^myapp-[0-9]{8}-[0-9]{6}-[234]\.pcap$ ]] || fail "$name"
    [ "$(packets "$name" | grep -c '^0 ')" -ge 1 ]
    run -0 tcpdump -r "$name"
    [[ $output != *truncated* ]]
  done <names
}

@test "a file that another run writes is refused, and that run loses nothing" {
  instances 1 && tool
  capturing -o "$output"
  eventually holds_packet "0 1"
  local first=$pid status=0
  "$plugin" 1 pcap myapp -o "$output" >second 2>second.err </dev/null || status=$?
  [ "$status" = 1 ]
  [ "$(cat second.err)" = "Cannot write $output: another program has it open, such as another cf pcap." ]
  pid=$first
  interrupt
  [ "$status" = 0 ]
  holds_all_packets 0
  # The lock went with the process: now it is taken.
  capture -o "$output" -d 1s
  [ "$status" = 0 ]
}

# --- what others read

@test "pcapng of instances with different snaplens is read by tcpdump, tshark and capinfos" {
  instances 2 && tool
  tool 1 'trap "" TERM; printf "\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0"; le32 96 1; tool_packet; tool_wait 600; tool_end'
  capturing -o capture.pcapng
  interrupt
  tcpdump -n -r capture.pcapng >packets.txt 2>tcpdump.err
  [ "$(grep -c ethertype packets.txt)" = "$(tshark -r capture.pcapng 2>/dev/null | wc -l)" ]
  [ "$(capinfos capture.pcapng | grep -c 'Capture length = 262144')" = 2 ]
}
