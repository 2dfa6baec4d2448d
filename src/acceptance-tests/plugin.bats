#!/usr/bin/env bats
# cf pcap, the plugin: all instances of an app into one file.

# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # bats sets $status, $output and $stderr, in subshells
load helper

setup() { wait_for 300 all_running "$WEB"; }
teardown() { [ ! -e "$BATS_TEST_TMPDIR/x.pid" ] || kill "$(cat "$BATS_TEST_TMPDIR/x.pid")" 2>/dev/null || true; }

# cf pcap in the background; returns once all instances capture. What it says is in x.err.
pcap_start() { # argument…
  rm -f "$BATS_TEST_TMPDIR"/x.{out,err} # of one before
  cf pcap "$WEB" "$@" >"$BATS_TEST_TMPDIR/x.out" 2>"$BATS_TEST_TMPDIR/x.err" </dev/null 3>&- &
  echo $! >"$BATS_TEST_TMPDIR/x.pid"
  wait_for 180 settled || true
  announced || fail "it does not capture: $(said)"
}
settled() { announced || ! kill -0 "$(cat "$BATS_TEST_TMPDIR/x.pid")" 2>/dev/null; }
announced() { grep -qs 'Capturing, press ^C to stop' "$BATS_TEST_TMPDIR"/x.{out,err}; }
said() { cat "$BATS_TEST_TMPDIR"/x.{out,err}; }

# Asks the plugin, cf's child, to end, and waits for both.
pcap_stop() {
  sleep 0.5
  pkill -TERM -P "$(cat "$BATS_TEST_TMPDIR/x.pid")"
  wait "$(cat "$BATS_TEST_TMPDIR/x.pid")"
}

requests() { grep -aoF "GET /$1 " "$BATS_TEST_TMPDIR/x.pcap" | wc -l; } # path
times() { packets x -tt | grep -oE '^[0-9]+\.[0-9]+'; }

@test "three instances: one file, every instance's request once, in order of time" {
  local word index
  word=$(marker)
  pcap_start --interface lo --filter "tcp port 8080" --output "$BATS_TEST_TMPDIR/x.pcap"
  for index in 2 0 1 2 1 0; do
    ask "$WEB" "$word-$index-$((n += 1))" "$index"
  done
  pcap_stop
  for index in 2-1 0-2 1-3 2-4 1-5 0-6; do
    [ "$(requests "$word-$index")" = 1 ] || fail "request $index is in the file $(requests "$word-$index") times" "$(said)"
  done
  times | sort -c -n
  said | grep -qF "Saved capture to '$BATS_TEST_TMPDIR/x.pcap'."
}

@test "an instance that is ended in the middle is reported at once, and the others go on" {
  local word
  word=$(marker)
  pcap_start --interface lo --filter "tcp port 8080" --output "$BATS_TEST_TMPDIR/x.pcap"
  ask "$WEB" "$word-0" 0
  ask "$WEB" "$word-2" 2
  wait_for 180 has_request "$word-2"
  cf restart-app-instance "$WEB" 2
  wait_for 180 said_that "Instance 2 ended early: " || fail "$(said)"
  ask "$WEB" "$word-after" 0
  status=0
  pcap_stop || status=$?
  [ "$status" = 1 ]
  for index in 0 2 after; do
    [ "$(requests "$word-$index")" = 1 ] || fail "request $index is in the file $(requests "$word-$index") times" "$(said)"
  done
  times | sort -c -n
}
has_request() { [ "$(requests "$1")" = 1 ]; }
said_that() { said | grep -qF "$1"; }

@test "-i: only the instance that is named" {
  local word
  word=$(marker)
  pcap_start -i 1 --interface lo --filter "tcp port 8080" --output "$BATS_TEST_TMPDIR/x.pcap"
  ask "$WEB" "$word-0" 0
  ask "$WEB" "$word-1" 1
  pcap_stop
  [ "$(requests "$word-0")" = 0 ]
  [ "$(requests "$word-1")" = 1 ]
}

@test "-o - is a stream that tcpdump reads" {
  local word
  word=$(marker)
  pcap_start --interface lo --filter "tcp port 8080" --output -
  ask "$WEB" "$word" 0
  pcap_stop
  tcpdump -nn -A -r - <"$BATS_TEST_TMPDIR/x.out" 2>/dev/null | grep -qF "GET /$word "
}

@test "the tracing and colours of the CLI are not in the stream" {
  local word
  word=$(marker)
  CF_TRACE=true CF_COLOR=true pcap_start --interface lo --filter "tcp port 8080" --output -
  ask "$WEB" "$word" 0
  pcap_stop
  tcpdump -nn -A -r - <"$BATS_TEST_TMPDIR/x.out" 2>"$BATS_TEST_TMPDIR/tcpdump.err" | grep -qF "GET /$word "
  run ! grep -qE 'truncated|bogus|unknown' "$BATS_TEST_TMPDIR/tcpdump.err"
}

@test "a filter is one word for the shell in the container, whatever is in it" {
  local word filter
  word=$(marker)
  filter="udp' ; touch /tmp/$word; \`touch /tmp/$word\` \$(touch /tmp/$word) \"
|| touch /tmp/$word #"
  run --separate-stderr timeout 180 cf pcap "$WEB" -i 0 --duration 10s --filter "$filter" --output "$BATS_TEST_TMPDIR/x.pcap" </dev/null
  [ "$status" = 1 ]
  grep -qF "filter 'udp' ; touch /tmp/$word; \`touch" <<<"$output$stderr" || fail "$output$stderr"
  inside "$WEB" "[ ! -e /tmp/$word ]"
}

# script gives it a terminal; what is written to script's stdin is typed there.
@test "^C on a terminal: the capture is complete, and saved" {
  local word typed=$BATS_TEST_TMPDIR/typed
  word=$(marker)
  mkfifo "$typed"
  script -qec "cf pcap $WEB --interface lo --filter 'tcp port 8080' --output $BATS_TEST_TMPDIR/x.pcap" /dev/null \
    <"$typed" >"$BATS_TEST_TMPDIR/x.out" 2>"$BATS_TEST_TMPDIR/x.err" 3>&- &
  exec {TERMINAL}>"$typed"
  echo $! >"$BATS_TEST_TMPDIR/x.pid"
  wait_for 180 settled || true
  announced || fail "$(said)"
  ask "$WEB" "$word" 0
  printf '\003' >&"$TERMINAL"
  wait $!
  exec {TERMINAL}>&-
  [ "$(requests "$word")" = 1 ]
  said | grep -qF "Saved capture to '$BATS_TEST_TMPDIR/x.pcap'."
  wait_for 180 is_idle "$WEB"
}

@test "when cf pcap is killed no capture is left running in the containers" {
  pcap_start --interface lo --output "$BATS_TEST_TMPDIR/x.pcap"
  wait_for 180 is_capturing "$WEB"
  pkill -KILL -P "$(cat "$BATS_TEST_TMPDIR/x.pid")"
  wait_for 180 is_idle "$WEB"
  wait_for 180 no_ssh_is_left
}
no_ssh_is_left() { ! pgrep -f "cf ssh $WEB --process"; }

@test "a wrong filter is explained, and no file is written" {
  run --separate-stderr timeout 180 cf pcap "$WEB" --duration 10s --filter 'tcp prt 80' --output "$BATS_TEST_TMPDIR/x.pcap" </dev/null
  [ "$status" != 0 ]
  grep -qF "filter 'tcp prt 80'" <<<"$output$stderr" || fail "$output$stderr"
  [ ! -e "$BATS_TEST_TMPDIR/x.pcap" ]
  wait_for 180 is_idle "$WEB"
}

@test "an app without SSH: it names the command that enables it" {
  run --separate-stderr timeout 180 cf pcap "$WITHOUT_SSH" --duration 10s --output "$BATS_TEST_TMPDIR/x.pcap" </dev/null
  [ "$status" != 0 ]
  grep -qF "cf enable-ssh $WITHOUT_SSH" <<<"$output$stderr" || fail "$output$stderr"
  [ ! -e "$BATS_TEST_TMPDIR/x.pcap" ]
}
