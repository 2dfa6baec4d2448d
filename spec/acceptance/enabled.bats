#!/usr/bin/env bats
# The acceptance tests where capture is enabled.

# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # bats sets $status, $output and $stderr, in subshells
bats_require_minimum_version 1.5.0
load ../support/platform

setup_file() { platform_start; }
teardown_file() { platform_stop; }

@test "they pass, and none is skipped" { accepted; }

@test "they use the org, space and domain that are named, which stay" {
  domain=$(platform_login >/dev/null && cf curl /v3/domains | jq -r '.resources[0].name')
  CF_PCAP_ORG=pcap CF_PCAP_SPACE=dev CF_PCAP_DOMAIN=$domain accepted scope.bats
  grep -qx '# Org pcap, space dev' "$BATS_TEST_TMPDIR/out"
  nothing_is_left
  cf target -o pcap -s dev
}

@test "they fail where they are told that capture is disabled" {
  CF_PCAP_EXPECT=disabled run "$support_root/acceptance-tests/run" 3>&-
  [ "$status" != 0 ]
  grep -q '^not ok 1 ' <<<"$output"
  nothing_is_left
}

@test "they remove what they made when they are interrupted" {
  "$support_root/acceptance-tests/run" >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
  until grep -q '^# Push .*-musl' "$BATS_TEST_TMPDIR/out"; do kill -0 $! && sleep 0.2; done
  kill -TERM $!
  ! wait $! || return 1
  nothing_is_left
}

@test "a missing variable is named" {
  CF_PCAP_USER='' run "$support_root/acceptance-tests/run"
  [ "$status" = 1 ]
  [ "$output" = "acceptance-tests: CF_PCAP_USER is not set" ]
}

@test "a wrong password is told, and nothing is run" {
  CF_PCAP_PASSWORD=wrong run "$support_root/acceptance-tests/run"
  [ "$status" = 1 ]
  grep -q 'Credentials were rejected' <<<"$output"
}
