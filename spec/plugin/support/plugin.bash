# shellcheck shell=bash disable=SC2034
# For spec/plugin/*.bats: the plugin as users get it, with the stand-in `cf` beside this file.
#
#     load support/plugin
#     @test "…" { instances 3; tool; start -o "$output"; eventually said "Capturing"; interrupt; … }
#
# What runs in the background has bats' descriptor 3 closed: bats waits for all that hold it, also for what a test that
# failed has left.
#
# A run's messages are in $said (stdout) and $errors (stderr), its capture, where a test says so, in
# $output, its exit status, after `ended`, in $status.

bats_require_minimum_version 1.5.0

root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
plugin=${CF_PCAP_PLUGIN:-$root/build/bin/cf-pcap-plugin} # another build, under a sanitizer say
export FAKE_CF=$BATS_TEST_TMPDIR/fake PATH=$root/spec/plugin/support:$PATH
said=$BATS_TEST_TMPDIR/said errors=$BATS_TEST_TMPDIR/errors output=$BATS_TEST_TMPDIR/output.pcap

setup() {
  mkdir -p "$FAKE_CF"
  cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
  [ -z "${pid-}" ] || kill -KILL "$pid" 2>/dev/null || true
  local file
  for file in "$FAKE_CF"/pid-*; do
    [ ! -e "$file" ] || kill -KILL "$(cat "$file")" 2>/dev/null || true
  done
}

# shellcheck source=spec/support/patience.bash
source "$root/spec/support/patience.bash"
what_is_seen() { cat "$said" "$errors"; }

not() { ! "$@" || fail "should not be: $*"; }
said() { grep -qF -- "$1" "$said" 2>/dev/null; }
complained() { grep -qF -- "$1" "$errors" 2>/dev/null; }
complained_once() { [ "$(grep -cF -- "$1" "$errors")" = 1 ] || { cat "$errors" >&2; fail "not once: $1"; }; }

# The app has so many instances, or instances in these states.
instances() { # number | STATE…
  local -a states=("$@")
  local i
  if [[ $1 =~ ^[0-9]+$ ]]; then
    states=()
    for ((i = 0; i < $1; i++)); do states+=(RUNNING); done
  fi
  {
    printf '{"resources":['
    for i in "${!states[@]}"; do
      [ "$i" = 0 ] || printf ,
      printf '{"type":"web","index":%d,"state":"%s"}' "$i" "${states[i]}"
    done
    printf ']}'
  } >"$FAKE_CF/stats"
}

# What runs in all instances, or in one; reads the script's lines from stdin if told by '-'.
tool() { # [all|INDEX] [line…]
  local name=tool
  [ "${1:-all}" = all ] || name=tool-$1
  [ $# -gt 1 ] || set -- "${1-}" 'tool_begin "$@"; tool_capture; tool_end'
  {
    echo '#!/usr/bin/env bash'
    echo ". '$root/spec/plugin/support/tool.bash'"
    printf '%s\n' "${@:2}"
  } >"$FAKE_CF/$name"
  chmod +x "$FAKE_CF/$name"
}

# Runs `cf pcap myapp` with these options, to its end or in the background.
capture() { # option…
  status=0
  "$plugin" 1 pcap myapp "$@" >"$said" 2>"$errors" </dev/null || status=$?
}
start() { # option…
  rm -f "$said" "$errors" # what is waited for is not that of a run before
  "$plugin" 1 pcap myapp "$@" >"$said" 2>"$errors" </dev/null 3>&- &
  pid=$!
}
capturing() {
  start "$@"
  eventually said "Capturing, press ^C to stop..."
}

ended() {
  status=0
  eventually gone "$pid"
  wait "$pid" || status=$?
  pid=
}
interrupt() { # [signal]
  kill -"${1:-INT}" "$pid"
  ended
}

gone() { ! kill -0 "$1" 2>/dev/null || [ "$(ps -o state= -p "$1")" = Z ]; }
tools_started() { # number
  local files=("$FAKE_CF"/pid-*)
  [ "${#files[@]}" = "$1" ] || fail "${#files[@]} tools were started"
}
no_child_is_left() {
  local file
  for file in "$FAKE_CF"/pid-* "$FAKE_CF"/log/ssh.*; do
    eventually gone "$(head -1 "$file")"
  done
}

# Captures into a pipe that descriptor 5 holds open and nobody reads, until it is full, and asks for the end twice: first
# it waits for the reader.
stops_twice_before_a_full_pipe() { # bytes of each second packet
  # shellcheck disable=SC2016
  instances 1 && tool 0 'tool_begin "$@"; for ((i = 0; i < 2000; i++)); do [ "$i" != 300 ] || touch "$FAKE_CF/full"; tool_packet; pcap_packet 1 "$(printf "%0'"$1"'d" 1)"; done; tool_wait 60; tool_end'
  mkfifo stuck
  "$plugin" 1 pcap myapp -o - >stuck 2>"$errors" </dev/null 3>&- &
  pid=$!
  exec 5<stuck
  eventually complained "Capturing"
  eventually test -e "$FAKE_CF/full" # more than the pipes on the way hold
  kill -TERM "$pid"
  eventually test -e "$FAKE_CF/captured-0" # two signals at once may be one
  kill -0 "$pid"
  kill -TERM "$pid"
  ended
}

# The packets in a capture, one a line, as sent: "INDEX NUMBER".
packets() { # [file]
  tshark -r "${1:-$output}" -T fields -e data 2>/dev/null | sed 's/../\\x&/g' | while read -r bytes; do
    printf '%b\n' "$bytes"
  done
}
holds_packet() { packets "${2:-$output}" | grep -qx "$1"; }

# All packets that the tools say they captured are in the file, once each.
holds_all_packets() { # index…
  local index expected
  expected=$(for index; do seq -f "$index %g" "$(cat "$FAKE_CF/captured-$index")"; done | sort)
  diff <(packets | sort) <(printf '%s\n' "$expected") >"$BATS_TEST_TMPDIR/missing" && return
  cat "$said" "$errors" >&2 || true
  fail "packets that are in the file (<), or not (>): $(grep '^[<>]' "$BATS_TEST_TMPDIR/missing" | head -9)"
}

# The packets that the table calls late.
late() { # file of messages
  sed -nE 's/^[0-9]+( [a-z0-9]+)? +[0-9]+ +[0-9.]+ [kMG]?B +[0-9?]+ +([0-9]+) .*/\2/p' "$1" 2>/dev/null | awk '{ all += $1 } END { print all + 0 }'
}
# But for those: a tool may have stood still between a packet's time and the packet.
in_time_order() { # [file]
  local late
  late=$(late "$said")
  tshark -r "${1:-$output}" -T fields -e frame.time_epoch 2>/dev/null |
    awk -v late="$late" '($1 "") < last { behind++; next } { last = $1 "" } END { exit behind + 0 > late + 0 }' ||
    fail "not in the order of time: ${1:-$output}, of which $late packets are called late"
}
