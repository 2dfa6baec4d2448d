#!/usr/bin/env bats
# The acceptance tests where capture is disabled.

# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # bats sets $status, $output and $stderr, in subshells
bats_require_minimum_version 1.5.0
load ../support/platform

setup_file() { platform_start --capture disabled; }
teardown_file() { platform_stop; }

@test "they find the tool nowhere" { CF_PCAP_EXPECT=disabled accepted; }

@test "they fail, each of those that capture, where they are told that capture is enabled" {
  run "$support_root/acceptance-tests/run" "$support_root"/acceptance-tests/{capture,limits,plugin}.bats 3>&-
  [ "$status" != 0 ]
  # What is left has nothing to do with the tool.
  ! grep '^ok ' <<<"$output" | grep -vE 'without SSH|# skip' || { echo "$output" && return 1; }
  nothing_is_left
}
