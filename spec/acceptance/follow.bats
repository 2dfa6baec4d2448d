#!/usr/bin/env bats
# --follow on the Cloud Foundry of this machine: instances that crash, restart, come and go, connections that are lost
# or dead, an API that is away, a login that expires. Each burst of packets has a port of its own, and is numbered.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # bats sets variables, and runs tests in subshells
bats_require_minimum_version 1.5.0
load ../support/victim

all_run() { find_containers && [ "${#containers[@]}" = "$INSTANCES" ]; }
follow_start() { # name [option…]
  output=$BATS_TEST_TMPDIR/$1.pcapng filter='udp portrange 7000-7999' pcap_start "$1" --follow "${@:2}"
}
said_times() { [ "$(all_said "$1" | grep -cE -e "$2")" -ge "$3" ]; } # name pattern times
row() { awk -v row="$2" '$1 == row' "$BATS_TEST_TMPDIR/$1.out"; }    # name instance

# A burst in instance N that is all captured. What is in the file as soon as it is written is read from a file that grows.
first=7001
port=7000
bursts=0
of_port() { tcpdump -nn -r "$BATS_TEST_TMPDIR/$1.pcapng" "udp dst port $2" 2>/dev/null | wc -l; } # name port
has_burst() { [ "$(of_port "$1" "$2")" = 40 ]; }
burst() { # name N
  port=$((port + 1))
  inside "$2" "$(support_program send-udp)" 127.0.0.1 "$port" 40 100 1000
  eventually has_burst "$1" "$port"
  bursts=$((bursts + 1))
}
all_bursts() { local n; for ((n = 0; n < INSTANCES; n++)); do burst "$1" "$n" || return; done; }
# At the end each is there once, numbered from 0 to 39.
bursts_are_whole() { # name
  local p numbers
  tshark -r "$BATS_TEST_TMPDIR/$1.pcapng" -F pcap -w "$BATS_TEST_TMPDIR/$1.pcap" 2>/dev/null
  numbers=$(numbers "$1")
  for ((p = first; p <= port; p++)); do
    grep -qx "$p 40 40 0 39" <<<"$numbers" || fail "port $p" "$numbers" "$(all_said "$1")"
  done
}
stops_whole() { # name
  pcap_stop "$1"
  [ "$status" = 0 ] || fail "$(all_said "$1")"
  bursts_are_whole "$1"
}
comments() { tshark -r "$BATS_TEST_TMPDIR/$1.pcapng" -Y frame.comment -T fields -e frame.interface_name -e frame.comment 2>/dev/null; }
trouble() { "$support_root/tools/local-cloud/trouble" --state "$BATS_FILE_TMPDIR/cf" "$@" >&2; }

@test "crash, restart, scale, deployment, ssh-proxy: what runs is captured, each gap is told and noted, no tool is left" {
  follow_start x
  all_bursts x

  trouble crash victim 1
  eventually said x 'Instance 1 is missing: the SSH connection was lost'
  eventually has_again x 1
  eventually all_run
  all_bursts x

  cf restart-app-instance victim 0 >&2
  eventually has_again x 0
  eventually all_run
  burst x 0

  cf scale victim -i 4 >&2
  eventually said x 'Instance 3 is new, and captured, too'
  INSTANCES=4
  eventually all_run
  burst x 3
  INSTANCES=3
  cf scale victim -i 3 >&2
  eventually said x 'Instance 3 is gone: the app was scaled down.'

  pkill -KILL -P "$(cat "$BATS_FILE_TMPDIR/cf/pid")" -x ssh-proxy
  eventually has_again x 0 2
  eventually has_again x 1 2
  eventually has_again x 2 1
  all_bursts x

  cf restart victim --strategy rolling >&2
  eventually all_run
  eventually captures_all x
  all_bursts x

  stops_whole x
  row x 1 | grep -qE '[0-9]+ gaps?, [0-9.]+ s missed' || fail "$(all_said x)"
  row x 3 | grep -q gone || fail "$(all_said x)"
  comments x | grep -qE "^victim/1 lo[^	]*	cf-pcap: [0-9.]+ s missed before this packet: the SSH connection was lost" || fail "$(comments x)"
  eventually idle
}
# Each container has a capture of its own, and no more than one.
captures_all() { find_containers && [ "$(running cf-pcap | wc -l)" = "$INSTANCES" ] && [ "$(for n in 0 1 2; do running_in "$n"; done | wc -l)" = "$INSTANCES" ] && all_have_begun; }
# The container's system call filter, and both of the tool's: it captures.
all_have_begun() { local pid; for pid in $(running cf-pcap); do grep -qx 'Seccomp_filters:[[:space:]]*3' "/proc/$pid/status" || return; done; }
running_in() { pgrep --ns "$(cat "$(bundle "$1")/pid")" --nslist pid -x cf-pcap | head -1; }

@test "evacuation: the old instance is captured to its end, then the new one, the others without a gap" {
  local old=() before ended n
  follow_start x
  all_bursts x
  old=("${containers[@]}")
  exec nsenter --net="/proc/$(cat "$(bundle 1)/pid")/ns/net" "$(support_program send-udp)" 127.0.0.1 7900 100000 100 200 3>&- &
  senders=($!)
  eventually has_burst_of x 7900
  trouble evacuate victim 1
  eventually moved 1 "${old[1]}"
  before=$EPOCHREALTIME
  eventually said x 'Instance 1 is missing: the SSH connection was lost'
  ended=$EPOCHREALTIME
  kill "${senders[@]}"
  eventually has_again x 1
  eventually all_run
  all_bursts x
  stops_whole x
  # What came of the old one has no hole, and reaches to its end.
  [ "$(numbers x | awk '$1 == 7900 { print $2 == $3 && $4 == 0 && $5 == $2 - 1 }')" = 1 ] || fail "$(numbers x)"
  note "ran beside the new one for $(seconds "$before" "$ended") s; its last packet $(seconds "$(last_of x 7900)" "$ended") s before it was missing; $(row x 1)"
  [ "$(row x 1 | grep -oE '[0-9]+ gap')" = '1 gap' ] || fail "$(all_said x)"
  for n in 0 2; do ! row x "$n" | grep -q gap || fail "$(all_said x)"; done
  comments x | grep -qE "^victim/1 lo[^	]*	cf-pcap: [0-9.]+ s missed before this packet: the SSH connection was lost" || fail "$(comments x)"
  eventually idle
  eventually no_container "${old[1]}"
}
has_burst_of() { [ "$(of_port "$1" "$2")" -ge 40 ]; } # name port
moved() { find_containers && [ "${containers[$1]}" != "$2" ]; } # N container
no_container() { [ ! -e "$(home)/containers/$1" ]; }
seconds() { awk -v from="$1" -v to="$2" 'BEGIN { printf "%.1f", to - from }'; }
last_of() { tcpdump -tt -nn -r "$BATS_TEST_TMPDIR/$1.pcap" "udp dst port $2" 2>/dev/null | awk 'END { print $1 }'; } # name port

@test "cf restart, a rolling push, a client that is suspended: each gap is told, and nothing else is missing" {
  local pids packets
  packets=$((200 * $(length 5 134)))
  first=7011 port=7010
  follow_start x
  all_bursts x
  cf restart victim >&2
  eventually all_run
  eventually captures_all x
  for n in 0 1 2; do eventually has_again x "$n"; done
  all_bursts x
  cf push victim -p "$support_root/acceptance-tests/assets/app" -b binary_buildpack -m 64M -i "$INSTANCES" --strategy rolling >&2
  eventually all_run
  eventually captures_all x
  all_bursts x
  send_all "$packets" 200
  eventually has_burst_of x 7000
  pids=$(plugin_and_children x)
  # One pid a word.
  # shellcheck disable=SC2086
  kill -STOP $pids
  sleep "$(length 3 120)"
  # shellcheck disable=SC2086
  kill -CONT $pids
  all_sent
  all_bursts x # which come behind what waited
  stops_whole x
  all_complete x "$packets"
  eventually idle
}

# Out of eth0, in place of around lo.
burst_outside() { # name N
  local gateway
  gateway=$(inside "$2" ip -4 route show default | awk '{ print $3 }')
  port=$((port + 1))
  inside "$2" "$(support_program send-udp)" "$gateway" "$port" 40 100 1000
  eventually has_burst "$1" "$port"
}

@test "two interfaces through a crash and a cut: each is captured again, has its gap, and is in the same file" {
  interface=eth0,lo follow_start x
  [ "$(running cf-pcap | wc -l)" = 6 ]
  burst x 1
  burst_outside x 1
  trouble crash victim 1
  eventually has_again x 1 1 eth0
  eventually has_again x 1 1 lo
  eventually all_run
  burst x 1
  burst_outside x 1
  # One of the two connections is lost: the other one goes on.
  kill -KILL "$(pgrep -P "$(plugin x)" -f -- "-i 0 .*-interface 'lo'" | head -1)"
  eventually has_again x 0 1 lo
  burst x 0
  burst_outside x 0
  run ! said x 'Instance 0 on eth0'
  stops_whole x
  rows_with_gaps=$(awk '/gaps?, [0-9.]+ s missed/ { print $1, $2 }' "$BATS_TEST_TMPDIR/x.out")
  [ "$rows_with_gaps" = "$(printf '%s\n' '0 lo' '1 eth0' '1 lo')" ] || fail "$(all_said x)"
  [ "$(comments x | grep -cE '^victim/1 (eth0|lo)[^	]*	cf-pcap: [0-9.]+ s missed before this packet')" = 2 ] || fail "$(comments x)"
  tshark -r "$BATS_TEST_TMPDIR/x.pcapng" -T fields -e frame.interface_name -e ip.dst 2>/dev/null | sort -u >"$BATS_TEST_TMPDIR/where"
  run ! grep -P 'eth0\t127\.' "$BATS_TEST_TMPDIR/where"
  run ! grep -P 'lo\t(?!127\.)' "$BATS_TEST_TMPDIR/where"
  eventually idle
}

@test "a dead connection is noticed within a minute: taken up again, or, without --follow, the end" {
  follow_start x
  pcap_start y
  all_bursts x
  sleep 8 # until each has given a sign of life, two mostly
  local before=$SECONDS
  trouble ssh stall
  eventually said x 'No answer from instances 0-2'
  eventually said_times x '^Instances? .* missing: the connection is dead: no sign of life for 45 seconds' 1
  note "noticed after $((SECONDS - before)) s"
  pcap_ended y
  [ "$status" = 1 ]
  said y 'ended early: the connection is dead: no sign of life for 45 seconds' || fail "$(all_said y)"
  trouble ssh go
  eventually captures_all x
  all_bursts x
  stops_whole x
  eventually idle
}

@test "a stop works within seconds, while instances are missing and connections are dead" {
  follow_start x
  all_bursts x
  trouble ssh stall
  trouble api away
  trouble crash victim 2
  sleep 2
  local before=$SECONDS
  pcap_stop x
  [ $((SECONDS - before)) -lt 40 ] # less than it takes until a connection counts as dead
  [ "$status" = 1 ]
  trouble ssh go
  trouble api back
  bursts_are_whole x
  eventually idle
  eventually all_run
}

# While there are two processes, `cf ssh` goes to the older one, and so the canary cannot be captured. It sends packets of
# its own, which are to be in no file.
canary_sends() {
  containers=("$(cf curl "/v3/apps/$(cf app victim --guid)/processes/web/stats" | jq -r '.resources[].instance_guid[0:8]')")
  inside 0 "$(support_program send-udp)" 127.0.0.1 7999 40 100 1000
}
has_none_of_the_canary() { [ "$(of_port "$1" 7999)" = 0 ] || fail "$(all_said "$1")"; } # name

@test "a canary that waits is told, never taken for the old version, whose instances are captured again; it is, once continued" {
  local deployed='The app is being deployed, and cf ssh goes to the old version until that is gone.' old
  first=$((port + 1))
  follow_start x
  cf restart victim --strategy canary >&2 # ends when the canary runs
  eventually said x "$deployed The new one is captured after that."
  all_bursts x
  old=("${containers[@]}")
  canary_sends
  containers=("${old[@]}")
  pkill -KILL -P "$(cat "$BATS_FILE_TMPDIR/cf/pid")" -x ssh-proxy
  for n in 0 1 2; do eventually has_again x "$n"; done
  all_bursts x

  # One that begins now says that it has not all, and so does its status.
  output=$BATS_TEST_TMPDIR/y.pcapng filter='udp portrange 7000-7999' pcap_start y
  said y "$deployed The new one is not captured." || fail "$(all_said y)"
  said y 'Starting capture on 3 of 4 instances: 0-2.' || fail "$(all_said y)"
  burst y 1
  pcap_stop y
  [ "$status" = 1 ] || fail "$(all_said y)"
  said y 'Not captured: 1 instance of the new version of the app, which is being deployed.' || fail "$(all_said y)"
  has_none_of_the_canary y

  cf continue-deployment victim >&2
  for n in 0 1 2; do eventually has_again x "$n" 2; done
  eventually all_run
  eventually captures_all x
  all_bursts x
  stops_whole x
  has_none_of_the_canary x
  comments x | grep -qF 'missed before this packet: ' || fail "$(comments x)"
  eventually idle
}

@test "--split: each instance has its file, in which it goes on after a crash; a deployed one has its own beside it" {
  local n at
  follow_start x --split
  for ((n = 0; n < INSTANCES; n++)); do burst_of_part "$n" "x-$n"; done
  trouble crash victim 1
  eventually has_again x 1
  eventually all_run
  at=$((port + 1))
  burst_of_part 1 x-1
  cf restart victim --strategy rolling >&2
  eventually all_run
  eventually captures_all x
  burst_of_part 2 "x-2*"
  pcap_stop x
  [ "$status" = 0 ] || fail "$(all_said x)"
  [ "$(parts_numbers x-0)" = "7001 40 40 0 39" ] || fail "$(parts_numbers x-0)"
  [ "$(parts_numbers x-1)" = $'7002 40 40 0 39\n'"$at 40 40 0 39" ] || fail "$(parts_numbers x-1)"
  said x "Saved capture to $(find "$BATS_TEST_TMPDIR" -name 'x-*.pcapng' | wc -l) files, '$BATS_TEST_TMPDIR/x-0.pcapng' to " || fail "$(all_said x)"
  eventually idle
}
# A burst that is whole in the file of this name, or in one of these.
burst_of_part() { # N name
  port=$((port + 1))
  inside "$1" "$(support_program send-udp)" 127.0.0.1 "$port" 40 100 1000
  eventually part_has_burst "$2" "$port"
}
part_has_burst() { # name port
  local file
  for file in "$BATS_TEST_TMPDIR"/$1.pcapng; do ! has_burst "$(basename "$file" .pcapng)" "$2" || return 0; done
  return 1
}
parts_numbers() { tshark -r "$BATS_TEST_TMPDIR/$1.pcapng" -F pcap -w - 2>/dev/null | numbers "$1" /dev/stdin | sort; } # name

@test "API away, login expired: both are told at once, and what is captured goes on; the app is gone: it ends" {
  follow_start x
  trouble api away
  eventually said x 'Cloud Foundry cannot be asked which instances run: '
  all_bursts x
  trouble api back
  eventually said x 'Cloud Foundry answers again.'
  trouble login expire
  eventually said x 'The login has expired.'
  all_bursts x
  trouble crash victim 0
  eventually said x 'Instance 0 is missing: '
  cf auth "$CF_PCAP_USER" "$CF_PCAP_PASSWORD" >&2
  cf target -o pcap -s dev >&2
  eventually said x 'The login is valid again.'
  eventually has_again x 0
  eventually all_run
  all_bursts x
  cf delete -f victim >&2
  pcap_ended x
  [ "$status" = 0 ] || fail "$(all_said x)"
  said x "App 'victim' is not there any more: the capture ends." || fail "$(all_said x)"
  bursts_are_whole x
}
