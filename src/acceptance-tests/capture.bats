#!/usr/bin/env bats
# cf-pcap over cf ssh, in apps of every kind.

# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # bats sets $status, $output and $stderr, in subshells
load helper

teardown() { [ ! -e "$BATS_TEST_TMPDIR/x.pid" ] || kill "$(cat "$BATS_TEST_TMPDIR/x.pid")" 2>/dev/null || true; }

# Without pcap on stdout at all, or with other link types than these, tcpdump reads nothing.
plaintext_on_lo() { # app
  local word
  word=$(marker)
  capture_start x "$1" "$TOOL --interface lo --filter 'tcp port 8080'"
  ask "$1" "$word" 0
  capture_stop x
  contains x "GET /$word " || fail "the request is not in the capture on lo:" "$(packets x)"
  [ "$(count x 'not port 8080')" = 0 ]
}

# Where there is a container proxy, what comes in on eth0 is TLS.
outer_traffic_on_eth0() { # app
  local word ports
  word=$(marker)
  ports=$(outer_ports "$1" 8080)
  capture_start x "$1" "$TOOL --interface eth0"
  ask "$1" "$word" 0
  capture_stop x
  # Words are ports.
  # shellcheck disable=SC2086
  [ "$(count x "$(ports_filter $ports)")" -gt 0 ] || fail "the request is not in the capture on eth0:" "$(packets x)"
  if [ "$ports" = 8080 ]; then
    contains x "$word"
  else
    ! contains x "$word" || fail "the container proxy's TLS is readable"
  fi
}

@test "a buildpack app: its own request in plaintext on lo" { plaintext_on_lo "$WEB"; }
@test "a buildpack app: the outer traffic on eth0" { outer_traffic_on_eth0 "$WEB"; }

@test "a docker app on a musl image: its own request in plaintext on lo" { has_docker && plaintext_on_lo "$PREFIX-musl"; }
@test "a docker app on a musl image: the outer traffic on eth0" { has_docker && outer_traffic_on_eth0 "$PREFIX-musl"; }

@test "a docker app with nothing but a shell: its own request in plaintext on lo" { has_docker && plaintext_on_lo "$PREFIX-shell"; }
@test "a docker app with nothing but a shell: the outer traffic on eth0" { has_docker && outer_traffic_on_eth0 "$PREFIX-shell"; }

@test "a cnb app: its own request in plaintext on lo" { has_cnb && plaintext_on_lo "$PREFIX-cnb"; }
@test "a cnb app: the outer traffic on eth0" { has_cnb && outer_traffic_on_eth0 "$PREFIX-cnb"; }

has_docker() { [ "$HAS_docker" = yes ] || skip "this platform takes no docker apps (feature flag diego_docker)"; }
has_cnb() { [ "$HAS_cnb" = yes ] || skip "this platform takes no cnb apps (feature flag diego_cnb)"; }

@test "only what the filter says is captured" {
  capture_start x "$WEB" "$TOOL --interface lo --filter 'tcp port 8080 and tcp[tcpflags] == tcp-syn'"
  ask "$WEB" "$(marker)" 0
  capture_stop x
  [ "$(count x)" -gt 0 ]
  [ "$(count x 'tcp[tcpflags] != tcp-syn')" = 0 ]
}

@test "a filter that nothing matches gives an empty capture, not an unfiltered one" {
  capture_start x "$WEB" "$TOOL --interface lo --filter 'tcp port 9'"
  ask "$WEB" "$(marker)" 0
  capture_stop x
  [ "$(count x)" = 0 ]
}

@test "interface any holds both the outer traffic and the app's own" {
  local word
  word=$(marker)
  capture_start x "$WEB" "$TOOL --interface any"
  ask "$WEB" "$word" 0
  capture_stop x
  contains x "GET /$word "
  [ "$(count x 'tcp port 8080')" -gt 0 ]
  [ "$(count x 'tcp and not port 8080')" -gt 0 ]
}

@test "no packet is longer than the snaplen" {
  capture_start x "$WEB" "$TOOL --interface lo --filter 'tcp port 8080' --snaplen 80"
  ask "$WEB" "$(marker)-and-a-path-long-enough-to-be-cut-off-by-the-snaplen-of-80-bytes" 0
  capture_stop x
  [ "$(longest x)" = 80 ]
}

ssh_is_excluded_on() { # interface
  local filter
  filter=$(ssh_filter "$WEB")
  capture_start x "$WEB" "$TOOL --interface $1"
  inside "$WEB" 'head -c 300000 /dev/zero' | wc -c
  ask "$WEB" "$(marker)" 0
  capture_stop x
  [ "$(count x "not ($filter)")" -gt 0 ]
  [ "$(count x "$filter")" = 0 ] || fail "SSH ($filter) is in the capture" "$(packets x "$filter" | head)"
}

@test "SSH into the container is not in a capture on lo" { ssh_is_excluded_on lo; }
@test "SSH into the container is not in a capture on eth0" { ssh_is_excluded_on eth0; }
@test "SSH into the container is not in a capture on any" { ssh_is_excluded_on any; }

@test "a client that is cut off leaves no capture running" {
  capture_start x "$WEB" "$TOOL --interface eth0"
  wait_for 180 is_capturing "$WEB"
  kill -KILL "$(cat "$BATS_TEST_TMPDIR/x.pid")"
  wait_for 180 is_idle "$WEB"
}

refused() { # status message arguments
  run --separate-stderr timeout 180 cf ssh "$WEB" -T -c "$UNHURRIED $TOOL $3" < <(sleep 5 3>&-)
  [ "$status" = "$1" ]
  [ -z "$output" ] || fail "something on stdout: $output"
  grep -qF -e "$2" <<<"$stderr" || fail "no '$2' in: $stderr"
  wait_for 180 is_idle "$WEB"
}

@test "a wrong filter is refused by name, and nothing is left behind" { refused 1 "filter 'tcp prt 80'" "--filter 'tcp prt 80'"; }
@test "an unknown interface is refused with those there are" { refused 1 "lo" "--interface nosuch0"; }
@test "a wrong snaplen is refused" { refused 2 "--snaplen 999999999" "--snaplen 999999999"; }
@test "a positional argument is refused, not ignored" { refused 2 "--filter" "--interface lo 'port 8080'"; }
