#!/usr/bin/env bats
# The operator's limits hold, where there are some (CF_PCAP_MAX_SNAPLEN, CF_PCAP_MAX_DURATION).

# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # bats sets $status, $output and $stderr, in subshells
load helper

@test "a snaplen above the operator's is refused, and the message names the limit" {
  limited "${CF_PCAP_MAX_SNAPLEN-}"
  run --separate-stderr timeout 180 cf ssh "$WEB" -T -c "$UNHURRIED $TOOL --interface lo --snaplen $((CF_PCAP_MAX_SNAPLEN + 1))" < <(sleep 5 3>&-)
  [ "$status" = 2 ]
  [ -z "$output" ]
  grep -qF "no more than $CF_PCAP_MAX_SNAPLEN bytes" <<<"$stderr" || fail "$stderr"
}

@test "without a snaplen the operator's applies" {
  limited "${CF_PCAP_MAX_SNAPLEN-}"
  capture_start x "$WEB" "$TOOL --interface lo --filter 'tcp port 8080'"
  ask "$WEB" "$(printf 'long%01500d' 0)" 0
  capture_stop x
  [ "$(count x)" -gt 0 ]
  [ "$(longest x)" -le "$CF_PCAP_MAX_SNAPLEN" ]
  # Bytes 16 to 19 of the file header.
  [ "$(od -An -tu4 -j16 -N4 "$BATS_TEST_TMPDIR/x.pcap" | tr -d ' ')" = "$CF_PCAP_MAX_SNAPLEN" ]
}

@test "a capture ends by itself after the operator's longest duration" {
  limited "${CF_PCAP_MAX_DURATION-}"
  local begin=$SECONDS
  capture_start x "$WEB" "$TOOL --interface lo"
  wait_for $((CF_PCAP_MAX_DURATION + 180)) grep -q 'packets captured' "$BATS_TEST_TMPDIR/x.err"
  [ $((SECONDS - begin)) -ge $((CF_PCAP_MAX_DURATION - 1)) ]
  wait_for 180 is_idle "$WEB"
  capture_stop x
}

limited() { [ -n "$1" ] || skip "this platform has no such limit"; }
