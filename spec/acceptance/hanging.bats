#!/usr/bin/env bats
# Connections that hang, on the Cloud Foundry of this machine: a program on the way is stopped, and its connections stay
# open. And what becomes of a capture whose `cf` is ended, or speaks another language.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # bats sets variables, and runs tests in subshells
bats_require_minimum_version 1.5.0
load ../support/victim

ssh_proxy() { pgrep -P "$(cat "$BATS_FILE_TMPDIR/cf/pid")" -x ssh-proxy; }
ssh_daemon() { pgrep --ns "$(cat "$(bundle "$1")/pid")" --nslist pid -x diego-sshd; } # of instance N
trouble() { "$support_root/tools/local-cloud/trouble" --state "$BATS_FILE_TMPDIR/cf" "$@"; }
row() { awk -v row="$2" '$1 == row' "$BATS_TEST_TMPDIR/$1.out"; }                   # name instance

@test "an SSH daemon hangs before the login: that instance is named, the others are captured for all of --duration" {
  kill -STOP "$(ssh_daemon 1)"
  pcap_launch x -d 3s
  eventually has_ended x || true # a minute for the login, and the rest
  eventually has_ended x || true
  kill -CONT "$(ssh_daemon 1)"
  pcap_ended x
  [ "$status" = 1 ]
  said x "Instance 1 cannot be captured: it did not log in within 60 seconds" || fail "$(all_said x)"
  said x "Capturing, press ^C to stop..."
  row x 1 | grep -q 'not captured'
  row x 0 | grep -qE ' ([3-9]|[1-5][0-9])\.[0-9] s$' && row x 2 | grep -qE ' ([3-9]|[1-5][0-9])\.[0-9] s$' || fail "$(all_said x)" # not a minute
  eventually idle
}

@test "ssh-proxy hangs before the login: a stop ends it in seconds, and says what was waited for" {
  local proxy
  proxy=$(ssh_proxy)
  kill -STOP "$proxy"
  pcap_launch x
  eventually all_log_in x
  pcap_stop x
  kill -CONT "$proxy"
  [ "$status" = 1 ]
  # Of the three the one that ended first is told of.
  all_said x | grep -qE '^Instance [0-2] cannot be captured: it was still logging in when the capture was stopped' || fail "$(all_said x)"
  all_said x | grep -qE '^The same for instances (0, 1|0, 2|1, 2)\.' || fail "$(all_said x)"
  said x "Nothing was captured."
  eventually idle
}

all_log_in() { [ "$(pgrep -c -P "$(plugin "$1")" -f 'ssh victim')" = "$INSTANCES" ]; }

@test "ssh-proxy hangs during a capture and goes on: it is told while it lasts, and nothing is lost" {
  local proxy
  proxy=$(ssh_proxy)
  pcap_start x
  send_all 6000 200
  streams x
  sleep 6 # until each has given a sign of life, two mostly
  kill -STOP "$proxy"
  eventually said x "No answer from instances 0-2 for more than 10 seconds: the connection hangs." || fail "$(all_said x)"
  kill -CONT "$proxy"
  all_is_there_at_the_end x 6000
  row x 1 | grep -qE 'did not answer for [1-9][0-9] s' || fail "$(all_said x)"
}

@test "ssh-proxy hangs, and the capture is stopped: it ends in seconds, and says what is missing" {
  local proxy
  proxy=$(ssh_proxy)
  pcap_start x
  send_all 6000 200
  streams x
  kill -STOP "$proxy"
  sleep 2
  local before=$SECONDS
  pcap_stop x
  [ $((SECONDS - before)) -lt 40 ] # less than it takes until a connection counts as dead
  kill -CONT "$proxy"
  [ "$status" = 1 ]
  # Of the three the one whose end came first is told of.
  all_said x | grep -qE '^Instance [0-2] did not end in order: its connection hangs' || fail "$(all_said x)"
  all_said x | grep -qE '^The same for instances (0, 1|0, 2|1, 2)\.' || fail "$(all_said x)"
  row x 1 | grep -qE '[0-9.]+ s missed' || fail "$(all_said x)"
  local n
  for ((n = 0; n < INSTANCES; n++)); do without_a_hole x "$n"; done
  kill "${senders[@]}" || true # they may have sent all
  eventually idle
}

@test "requests are limited while the instances log in: they are tried again, and the capture begins with all" {
  trouble rate-limit 9 # of the three, which need five each, one or two are refused
  pcap_launch x -d 2s
  eventually has_ended x || true
  trouble rate-limit 0
  pcap_ended x
  [ "$status" = 0 ] || fail "$(all_said x)"
  said x "Capturing, press ^C to stop..."
  ! said x "cannot be captured" || fail "$(all_said x)"
}

@test "cf alone is ended, as by timeout: the plugin ends, the file is whole, and its lock says when" {
  pcap_start x
  send_all 6000 200
  streams x
  local plugin
  plugin=$(plugin x)
  kill -TERM "$(pid x)"
  eventually has_ended x
  timeout 600 flock "$BATS_TEST_TMPDIR/x.pcap" true
  eventually said x "Saved capture to" # right after that
  local n
  for ((n = 0; n < INSTANCES; n++)); do without_a_hole x "$n"; done
  kill "${senders[@]}" || true # they may have sent all
  eventually gone "$plugin"
  eventually idle
}
gone() { ! kill -0 "$1" 2>/dev/null; }

@test "the CLI in another language: its failures are no packets, and its words are passed on" {
  cf config --locale de-DE
  pcap_start x
  send_all 6000 200
  streams x
  pkill -KILL -P "$(cat "$BATS_FILE_TMPDIR/cf/pid")" -x ssh-proxy
  pcap_ended x
  cf config --locale CLEAR
  [ "$status" = 1 ]
  said x "the SSH connection was lost" || fail "$(all_said x)"
  ! said x "sent something" || fail "$(all_said x)"
  kill "${senders[@]}" || true # they may have sent all
  eventually can_ssh
}
